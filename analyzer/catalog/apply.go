package catalog

import (
	"github.com/dropgate/dropgate/analyzer/op"
)

// Apply changes the schema as the operation does. Operations that PostgreSQL
// would refuse, such as making a table that is there, change nothing.
//
//nolint:gocyclo // one flat line for each kind of operation reads better than a table
func (c *Catalog) Apply(o op.Operation) {
	if c.applyOpen(o) {
		return
	}
	o = c.before(o)
	defer c.after(o)
	switch o := o.(type) {
	case *op.CreateSchema:
		c.createSchema(o)
	case *op.CreateTable:
		c.createTable(o)
	case *op.AddColumn:
		c.addColumn(o)
	case *op.AddConstraint:
		c.alterConstraint(o)
	case *op.ValidateConstraint:
		c.validate(o)
	case *op.DeferConstraint:
		c.deferConstraint(c.implied(o.Table), o)
	case *op.AlterTable:
		c.alterTable(o)
	case *op.AlterColumn:
		c.alterColumn(c.implied(o.Table), o)
	case *op.AlterColumnType:
		c.alterType(c.implied(o.Table), o)
	case *op.Drop:
		c.drop(o)
	case *op.DropColumn:
		if o.IfExists && c.Missing(o.Table) {
			return
		}
		if t := c.implied(o.Table); o.Only {
			c.dropColumnOnly(t, o.Column, o.Cascade)
		} else {
			c.dropColumn(t, o.Column, o.Cascade)
		}
	case *op.Rename:
		c.rename(o)
	case *op.SetSchema:
		c.setSchema(o)
	case *op.AttachPartition:
		c.attach(o)
	case *op.DetachPartition:
		c.detach(c.implied(o.Partition))
	case *op.Inherit:
		c.inherit(o)
	case *op.CreateIndex:
		c.createIndex(o)
	case *op.CreateView:
		c.createView(o)
	case *op.Create:
		c.createOther(o)
	case *op.OwnSequence:
		c.ownSequence(o)
	case *op.CreateFunction:
		c.createFunction(o)
	case *op.AlterFunction:
		c.alterFunction(o)
	case *op.Insert:
		c.insert(o)
	case *op.Update:
		c.update(o)
	default:
		if !c.applyObject(o) {
			c.applySession(o)
		}
	}
}

// applySession notes what an operation does to the session or, by code that is
// not read, to what is known of the schema.
//
//nolint:gocyclo // as Apply
func (c *Catalog) applySession(o op.Operation) {
	switch o := o.(type) {
	case *op.Truncate:
		c.forget(c.Resolve(o.Table).String())
	case *op.Delete:
		c.forget(c.Resolve(o.Table).String())
	case *op.Merge:
		c.forget(c.Resolve(o.Table).String())
	case *op.ReassignOwned:
		for _, role := range o.Roles {
			c.reassigned[role] = true
		}
		delete(c.reassigned, o.To)
	case *op.Hidden:
		c.overlook(1)
	case *op.Call:
		c.call(o)
	case *op.Connect:
		c.connect(o)
	case *op.DiscardTemporary:
		c.dropTemporary(func(*Table) bool { return true })
	case *op.RowCalls:
		c.addRowCalls(o)
	case *op.CreateTrigger:
		c.createTrigger(o)
	case *op.CreateEventTrigger:
		c.createEventTrigger(o)
	case *op.CreateRule:
		c.createRule(o)
	case *op.SwitchTriggers:
		c.switchTriggers(o)
	case *op.SwitchEventTrigger:
		for i, t := range c.eventTriggers {
			if t.Name.Name == o.Name.Name {
				c.eventTriggers[i].when = o.When
			}
		}
	case *op.ReplicationRole:
		c.setReplica(o)
	case *op.SetSearchPath:
		c.setPath(o)
	case *op.Transaction:
		if o.Kind == op.Commit || o.Kind == op.Rollback {
			c.endTransaction()
		}
	case *op.Prepare:
		// PostgreSQL refuses a name that is taken, and a script may go on with the
		// statement that has it.
		c.prepared[o.Name] = append(c.prepared[o.Name], o)
	case *op.Deallocate:
		if o.Name == "" {
			clear(c.prepared)
		}
		delete(c.prepared, o.Name)
	}
}

// connect begins another session. Another database may have what this one has not.
func (c *Catalog) connect(o *op.Connect) {
	c.BeginMigration()
	c.leftPath = nil
	if o.Database != "" {
		c.overlook(1)
		if c.epoch > 0 { // what the change made, it made in the one before
			c.BeginChange()
		}
	}
}

// endTransaction forgets what lasts as long as its transaction.
func (c *Catalog) endTransaction() {
	c.dropTemporary(func(t *Table) bool { return t.dropOnCommit })
	if c.outerPath != nil {
		c.searchPath, c.outerPath = c.outerPath, nil
	}
	if c.outerReplica != nil {
		c.replica, c.outerReplica = *c.outerReplica, nil
	}
}

func (c *Catalog) setPath(o *op.SetSearchPath) {
	switch {
	case o.Later:
		c.standing = o.Schemas
		return
	case !o.Local:
		c.outerPath, c.leftPath = nil, nil
	case c.outerPath == nil:
		c.outerPath = c.searchPath
	}
	c.searchPath = o.Schemas
	if len(o.Schemas) == 0 {
		c.searchPath = defaultPath
	}
}

// dropTemporary drops the temporary tables that which picks.
func (c *Catalog) dropTemporary(which func(*Table) bool) {
	for name, t := range c.temporaries {
		if which(t) {
			c.discard(name, t)
		}
	}
}

// Prepared returns the statements that were prepared under the name.
func (c *Catalog) Prepared(name string) []*op.Prepare { return c.prepared[name] }

func (c *Catalog) createSchema(o *op.CreateSchema) {
	if c.schemas[o.Name] == nil && c.certain(o.IfNotExists, c.Object(op.Schema, op.Name{Name: o.Name}, op.Name{})) {
		c.schemas[o.Name] = &object{epoch: c.epoch}
		c.grantDefaults(op.Schema, op.Name{Name: o.Name})
	}
	delete(c.gone, objectKey{kind: op.Schema, name: op.Name{Name: o.Name}})
}

// certain reports whether a CREATE certainly makes something new: with IF NOT
// EXISTS it may find what no migration that was read had made.
func (c *Catalog) certain(ifNotExists bool, state State) bool {
	return !ifNotExists || state == Absent || state == Gone
}

func (c *Catalog) create(kind op.Kind, n, on op.Name, def *op.CreateType) {
	key := c.newKey(kind, n, on)
	c.putOn(key)
	if c.objects[key] == nil {
		c.objects[key] = &object{epoch: c.epoch, def: def}
		c.grantDefaults(key.kind, key.name)
	}
	delete(c.gone, key)
}

// createOther makes an object that is known by its name only.
func (c *Catalog) createOther(o *op.Create) {
	if o.Kind == op.Sequence {
		c.createSequence(o.Name)
		return
	}
	c.create(o.Kind, o.Name, o.On, nil)
}

// alterTable changes a table's properties.
func (c *Catalog) alterTable(o *op.AlterTable) {
	t := c.implied(o.Table)
	switch {
	case o.Unlogged, o.Logged:
		if t.partitionBy == "" { // which holds no rows of its own
			t.Unlogged = o.Unlogged
		}
	case o.RowSecurity, o.NoSecurity:
		t.rowSecurity = o.RowSecurity
	case o.NotOf:
		t.OfType = op.Name{}
	case !o.OfType.IsZero():
		t.OfType = c.key(op.Type, o.OfType, op.Name{}).name
	}
}
