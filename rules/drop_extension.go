package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropExtension = &analyzer.Rule{
	ID:       "drop-extension",
	Category: analyzer.DataLoss,
	Title:    "An extension is dropped",
	Why:      "With CASCADE, every column whose type the extension brought (citext, hstore, geometry, vector, …) goes with it. An extension's own tables go in any case.",
	Remedy:   "Leave `CASCADE` out: PostgreSQL then names the columns that still need the extension. Convert those with `ALTER COLUMN … TYPE` first.",
	Bad: analyzer.Example{
		Before: "CREATE EXTENSION citext; CREATE TABLE users (id int, email citext);",
		Change: "DROP EXTENSION citext CASCADE;",
	},
	Good: analyzer.Example{
		Before: "CREATE EXTENSION citext; CREATE TABLE users (id int, email citext);",
		Change: "ALTER TABLE users ALTER COLUMN email TYPE text;",
	},
	Check: func(p *analyzer.Pass) {
		d, ok := p.Op.(*op.Drop)
		if !ok || d.Kind != op.Extension {
			return
		}
		name := d.Name.Name
		state := p.Catalog.Object(op.Extension, d.Name, op.Name{})
		losses := p.Catalog.TypeReach(op.Extension, d.Name)
		if !state.MayHoldData() && len(losses) == 0 || state == catalog.Absent && d.IfExists && len(losses) == 0 {
			return
		}
		j := analyzer.Judgement{
			Object:  analyzer.Object{Kind: op.Extension, Name: name},
			Message: fmt.Sprintf("Drops extension %s and every column whose type it brought.", name),
		}
		switch {
		case !d.Cascade:
			j.Message = fmt.Sprintf("Drops extension %s.", name)
			j.Reasons = []analyzer.Reason{reason(20, "without CASCADE PostgreSQL refuses while a column needs it")}
		case len(losses) == 0 && p.Catalog.Complete() && catalog.KnownExtension(name):
			j.Message = fmt.Sprintf("Drops extension %s and what depends on it.", name)
			j.Reasons = []analyzer.Reason{reason(25, "no column that needs it is known to the %d migrations read", p.Catalog.Migrations())}
		default:
			j.Reasons = []analyzer.Reason{reason(80, "CASCADE takes every column whose type the extension brought")}
			j.Reach, j.Reasons = reached(losses, j.Reasons)
		}
		if d.Cascade {
			alsoViews(p, &j, op.Extension, d.Name, "")
		}
		p.Report(j)
	},
}
