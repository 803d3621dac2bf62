package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var unreadStatement = &analyzer.Rule{
	ID:       "unread-statement",
	Category: analyzer.DataLoss,
	Title:    "A statement could not be read",
	Why:      "What cannot be read cannot be reviewed: PostgreSQL's parser refuses the statement, or this version does not know what it does.",
	Remedy:   "Mend the statement, or leave the file out in .dropgate.yml (exclude) if it is not PostgreSQL's SQL.",
	Bad:      analyzer.Example{Change: "DROP TABLE IF users;"},
	Good:     analyzer.Example{Change: "SELECT 1;"},
	Check: func(p *analyzer.Pass) {
		switch o := p.Op.(type) {
		case *op.Unread:
			if !o.File {
				p.Report(unread(o, "A statement could not be read"))
			}
		case *op.Unknown:
			p.Report(analyzer.Judgement{
				Message:   fmt.Sprintf("This version does not know what the statement does (%s).", o.Tag),
				Reasons:   []analyzer.Reason{reason(60, "what the statement does is not known")},
				Certainty: analyzer.Suspected,
			})
		}
	},
}

var unreadFile = &analyzer.Rule{
	ID:       "unread-file",
	Category: analyzer.DataLoss,
	Title:    "A file could not be read",
	Why:      "What cannot be read cannot be reviewed: the file is binary, a symbolic link, too large, or its migration tool would refuse it.",
	Remedy:   "Mend the file, or leave it out in .dropgate.yml (exclude) if it is not a migration.",
	Check: func(p *analyzer.Pass) {
		if o, ok := p.Op.(*op.Unread); ok && o.File {
			p.Report(unread(o, "The file could not be read"))
		}
	},
}

// unread judges by what words stand in the text that could not be read.
func unread(o *op.Unread, what string) analyzer.Judgement {
	j := analyzer.Judgement{
		Message:   fmt.Sprintf("%s: %s.", what, strings.TrimSuffix(o.Message, ".")),
		Reasons:   []analyzer.Reason{reason(60, "what cannot be read may do anything")},
		Certainty: analyzer.Suspected,
	}
	if words := slices.Compact(slices.Sorted(slices.Values(o.Destructive))); len(words) > 0 {
		j.Reasons = append(j.Reasons, reason(15, "it holds the words %s", list(words)))
	}
	return j
}
