package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var deletedMigration = &analyzer.Rule{
	ID:       "deleted-migration",
	Category: analyzer.HistoryEdited,
	Title:    "A migration that has run is deleted",
	Why: "New databases no longer get what it did, while those that have run it keep it. Tools that compare their record with the files refuse to migrate. " +
		"Several that one new migration replaces (a squash, a baseline) are one finding.",
	Remedy: "Keep the file, and undo what it did in a new migration. If it has run nowhere that counts, nothing is wrong.",
	Bad: analyzer.Example{
		Before: "CREATE TABLE users (id int, email text);", Was: "ALTER TABLE users ADD COLUMN phone text;",
	},
	Good: analyzer.Example{
		Before: "CREATE TABLE users (id int, email text);", Change: "ALTER TABLE users ADD COLUMN phone text;",
	},
	Check: func(p *analyzer.Pass) {
		o, ok := p.Op.(*op.DeletedMigration)
		if !ok {
			return
		}
		j := analyzer.Judgement{
			Message: fmt.Sprintf("Removes %s%s. %s", migrations(o.Files), was(o.Statements), o.Tool),
			Reasons: []analyzer.Reason{reason(45, "new databases do not get what it did")},
		}
		n := len(o.Files)
		switch {
		case len(o.By) > 0:
			j.Message = fmt.Sprintf("Replaces %s by %s. %s", migrations(o.Files), names(o.By), o.Tool)
			j.Remedy = "Mark the new one as applied on every database that has run the old ones, before the next deployment: baseline, resolve and repair are the tools' words for it."
			j.Reasons = []analyzer.Reason{reason(35, "every database that has run the %d old ones must be told that it has the new one", n)}
		case n > 1:
			j.Reasons = append(j.Reasons, reason(5, "so it is with %d migrations", n))
		}
		p.Report(j)
	},
}

// was says what a migration did.
func was(statements []string) string {
	if len(statements) == 0 {
		return ""
	}
	return ": it ran " + quotes(statements)
}

// names names files: the first ones, and how many there are besides.
func names(files []string) string {
	var all []string
	for i, f := range files {
		if i == 3 && len(files) > 4 {
			all = append(all, fmt.Sprintf("%d more", len(files)-i))
			break
		}
		all = append(all, short(f))
	}
	return list(all)
}
