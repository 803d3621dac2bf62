package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropType = &analyzer.Rule{
	ID:       "drop-type",
	Category: analyzer.DataLoss,
	Title:    "A type, domain, collation or attribute is dropped",
	Why:      "With CASCADE, every column of the type goes with it, in every table. An attribute of a composite type goes out of every stored value of that type, CASCADE or not.",
	Remedy:   "Leave `CASCADE` out: PostgreSQL then names the columns that still use the type. Convert those with `ALTER COLUMN … TYPE` first.",
	Bad: analyzer.Example{
		Before: "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE users (id int, mood mood);",
		Change: "DROP TYPE mood CASCADE;",
	},
	Good: analyzer.Example{
		Before: "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE users (id int, mood mood);",
		Change: "ALTER TABLE users ALTER COLUMN mood TYPE text;",
	},
	Check: func(p *analyzer.Pass) {
		switch d := p.Op.(type) {
		case *op.Drop:
			if d.Kind == op.Type || d.Kind == op.Domain || d.Kind == op.Collation {
				checkDropType(p, d)
			}
		case *op.DropAttribute:
			checkDropAttribute(p, d)
		}
	},
}

func checkDropType(p *analyzer.Pass, d *op.Drop) {
	state := p.Catalog.Object(d.Kind, d.Name, op.Name{})
	losses := p.Catalog.TypeReach(d.Kind, d.Name)
	if !state.MayHoldData() && len(losses) == 0 {
		return
	}
	j := analyzer.Judgement{
		Object:  p.Object(d.Kind, d.Name, ""),
		Message: fmt.Sprintf("Drops %s %s and every column that is of it.", d.Word, d.Name),
	}
	switch {
	case !d.Cascade:
		j.Message = fmt.Sprintf("Drops %s %s.", d.Word, d.Name)
		j.Reasons = []analyzer.Reason{reason(15, "without CASCADE PostgreSQL refuses while a column uses it")}
	case len(losses) == 0 && p.Catalog.Complete():
		j.Message = fmt.Sprintf("Drops %s %s and what depends on it.", d.Word, d.Name)
		j.Reasons = []analyzer.Reason{reason(25, "no column of it is known to the %d migrations read", p.Catalog.Migrations())}
	default:
		j.Reasons = []analyzer.Reason{reason(80, "CASCADE takes every column of the %s along", d.Word)}
		j.Reach, j.Reasons = reached(losses, j.Reasons)
	}
	if d.Cascade {
		alsoViews(p, &j, d.Kind, d.Name, "")
	}
	p.Report(j)
}

func checkDropAttribute(p *analyzer.Pass, d *op.DropAttribute) {
	state := p.Catalog.Object(op.Type, d.Type, op.Name{})
	losses := p.Catalog.AttributeReach(d.Type)
	if !state.MayHoldData() && len(losses) == 0 || d.IfExists && !p.Catalog.Attribute(d.Type, d.Attribute) {
		return
	}
	j := analyzer.Judgement{
		Object:  p.Object(op.Type, d.Type, d.Attribute),
		Message: fmt.Sprintf("Drops attribute %s of type %s from every stored value.", d.Attribute, d.Type),
	}
	j.Object.Kind = op.Attribute
	if len(losses) == 0 && p.Catalog.Complete() && state == catalog.Exists {
		j.Message = fmt.Sprintf("Drops attribute %s of type %s.", d.Attribute, d.Type)
		j.Reasons = []analyzer.Reason{reason(20, "no column of the type is known to the %d migrations read", p.Catalog.Migrations())}
	} else {
		j.Reasons = []analyzer.Reason{reason(80, "the attribute goes out of every stored value of the type")}
		j.Reach, j.Reasons = reached(losses, j.Reasons)
	}
	p.Report(j)
}
