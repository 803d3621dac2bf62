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
			switch {
			case o.Body:
				j := unread(o, "Runs a DO block whose body is not reviewed")
				j.Certainty = analyzer.Likely
				j.Remedy = "Write what it does as plain statements where you can. Where it has to be a DO block, somebody reads it with care."
				p.Report(j)
			case !o.File:
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

// unread judges by what words stand in the text that could not be read.
func unread(o *op.Unread, what string) analyzer.Judgement {
	j := analyzer.Judgement{
		Message:   fmt.Sprintf("%s: %s.", what, strings.TrimSuffix(o.Message, ".")),
		Reasons:   []analyzer.Reason{reason(60, "what cannot be read may do anything")},
		Certainty: analyzer.Suspected,
	}
	if words := o.Destructive; len(words) > 0 {
		j.Reasons = append(j.Reasons, reason(15, "it has %s", upper(words)))
	}
	return j
}

// upper names words as SQL writes them, each once.
func upper(words []string) string {
	all := slices.Compact(slices.Sorted(slices.Values(words)))
	for i := range all {
		all[i] = strings.ToUpper(all[i])
	}
	return list(all)
}
