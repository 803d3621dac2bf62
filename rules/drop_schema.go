package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropSchema = &analyzer.Rule{
	ID:       "drop-schema",
	Category: analyzer.DataLoss,
	Title:    "A schema is dropped",
	Why:      "DROP SCHEMA … CASCADE removes every table in the schema with its rows, and columns elsewhere whose types are in it. Without CASCADE PostgreSQL refuses while anything is in it.",
	Remedy:   "Drop or move (`ALTER TABLE … SET SCHEMA`) its tables one by one, so that each can be reviewed, and then drop the schema without `CASCADE`.",
	Bad:      analyzer.Example{Before: "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int);", Change: "DROP SCHEMA billing CASCADE;"},
	Good:     analyzer.Example{Before: "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int);", Change: "ALTER TABLE billing.invoices SET SCHEMA public;"},
	Check:    checkDropSchema,
}

func checkDropSchema(p *analyzer.Pass) {
	d, ok := p.Op.(*op.Drop)
	if !ok || d.Kind != op.Schema {
		return
	}
	name := d.Name.Name
	losses := p.Catalog.SchemaReach(name)
	state := p.Catalog.Object(op.Schema, d.Name, op.Name{})
	if !state.MayHoldData() && len(losses) == 0 {
		return
	}
	j := analyzer.Judgement{
		Object:  analyzer.Object{Kind: op.Schema, Name: name},
		Message: fmt.Sprintf("Drops schema %s with every table in it.", name),
	}
	switch {
	case !d.Cascade:
		j.Message = fmt.Sprintf("Drops schema %s.", name)
		j.Reasons = []analyzer.Reason{reason(20, "without CASCADE PostgreSQL refuses unless the schema is empty")}
	case state == catalog.Exists && p.Catalog.Complete() && len(losses) == 0:
		j.Message = fmt.Sprintf("Drops schema %s and what is in it.", name)
		j.Reasons = []analyzer.Reason{reason(25, "none of the %d migrations read left a table in it", p.Catalog.Migrations())}
	default:
		j.Reasons = []analyzer.Reason{reason(95, "every row of every table in the schema is lost")}
		if low, ok := missing(p, state, d.IfExists, 95); ok {
			j.Reasons = append(j.Reasons, low)
		}
		j.Reach, j.Reasons = reached(losses, j.Reasons)
	}
	if d.Cascade {
		alsoViews(p, &j, op.Schema, d.Name, "")
	}
	p.Report(j)
}
