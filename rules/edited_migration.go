package rules

import (
	"fmt"
	"path"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var editedMigration = &analyzer.Rule{
	ID:       "edited-migration",
	Category: analyzer.HistoryEdited,
	Title:    "A migration that has run is edited or renamed",
	Why: "A database that has run it does not run it again: it keeps what the migration did then, and new databases get something else. " +
		"Tools that keep a checksum refuse to migrate at all, even when only a comment changed. Under another number or name most tools run it once more.",
	Remedy: "Put the old text back, and write what is to change into a new migration. If it has run nowhere that counts, nothing is wrong.",
	Bad: analyzer.Example{
		Before: "CREATE TABLE users (id int, email text);", Was: "ALTER TABLE users ADD COLUMN phone int;",
		Change: "ALTER TABLE users ADD COLUMN phone text;",
	},
	Good: analyzer.Example{
		Before: "CREATE TABLE users (id int, email text);", Was: "ALTER TABLE users ADD COLUMN phone text;",
		Change: "-- for the text messages\nALTER TABLE users ADD COLUMN phone text;",
	},
	Check: func(p *analyzer.Pass) {
		o, ok := p.Op.(*op.EditedMigration)
		if !ok {
			return
		}
		j := analyzer.Judgement{Message: editMessage(o), Reasons: []analyzer.Reason{editReason(o)}}
		if o.Edit == op.Renumbered || o.Edit == op.Retitled {
			j.Remedy = "Give it its old name back. If it has run nowhere that counts, nothing is wrong."
		}
		if n := len(o.Files); n > 1 {
			j.Reasons = append(j.Reasons, reason(5, "so it is with %d migrations", n))
		}
		p.Report(j)
	},
}

// editReason is the weight of an edit. None reaches the threshold: no row is lost by it.
func editReason(o *op.EditedMigration) analyzer.Reason {
	switch o.Edit {
	case op.Rewritten:
		return reason(50, "databases that have run it and new ones come out different")
	case op.Renumbered:
		return reason(45, "its tool takes it for another migration")
	case op.Retitled:
		return reason(30, "nothing that it does changes, and the deployment fails")
	case op.Guarded:
		if o.Refuses && !o.Guess {
			return reason(30, "the same comes out, and the deployment fails")
		}
		return reason(20, "the same comes out, unless something stood in its way")
	}
	if o.Refuses && !o.Guess {
		return reason(30, "nothing that it does changes, and the deployment fails")
	}
	return reason(10, "nothing that it does changes")
}

func editMessage(o *op.EditedMigration) string {
	what := map[op.Edit]string{
		op.Rewritten:  "Edits %s",
		op.Renumbered: "Changes the number or name of %s",
		op.Retitled:   "Changes the description in the name of %s",
		op.Guarded:    "Edits %s, and the same comes out",
		op.Retouched:  "Changes nothing but comments, white space or order in %s",
	}[o.Edit]
	text := fmt.Sprintf(what, migrations(o.Files))
	switch {
	case o.Now == "":
	case short(o.Now) == short(o.Files[0]):
		text += " (now in " + path.Dir(o.Now) + ")"
	default:
		text += " (now " + short(o.Now) + ")"
	}
	if o.Edit != op.Retouched && o.Edit != op.Retitled {
		text += edits(o)
	}
	return text + ". " + o.Tool
}

// edits says what a migration did and does: at most two statements of each kind.
func edits(o *op.EditedMigration) string {
	var parts []string
	for i, c := range o.Changed {
		if i == quoted {
			parts = append(parts, fmt.Sprintf("%d more changed", len(o.Changed)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("“%s” became “%s”", c.Was, c.Is))
	}
	if len(o.Removed) > 0 {
		parts = append(parts, "removed "+quotes(o.Removed))
	}
	if len(o.Added) > 0 {
		parts = append(parts, "added "+quotes(o.Added))
	}
	if len(parts) == 0 {
		return ""
	}
	text := ": " + parts[0]
	for _, part := range parts[1:] {
		text += "; " + part
	}
	return text
}

// quoted is how many statements of a kind a message quotes.
const quoted = 2

// quotes names statements: the first ones, and how many there are besides.
func quotes(statements []string) string {
	var all []string
	for i, s := range statements {
		if i == quoted && len(statements) > quoted {
			all = append(all, fmt.Sprintf("%d more", len(statements)-i))
			break
		}
		all = append(all, "“"+s+"”")
	}
	return list(all)
}

// migrations names migrations that have run: one, or how many and the first ones.
func migrations(files []string) string {
	if len(files) == 1 {
		return "the migration " + short(files[0])
	}
	return fmt.Sprintf("%d migrations that the base branch has (%s)", len(files), names(files))
}

// short is a migration's file name, with its folder where the name says nothing.
func short(file string) string {
	base, folder := path.Base(file), path.Base(path.Dir(file))
	if base == "up.sql" || base == "migration.sql" || strings.Trim(folder, "0123456789") == "" {
		return path.Join(folder, base)
	}
	return base
}
