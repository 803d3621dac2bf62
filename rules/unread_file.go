package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

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
