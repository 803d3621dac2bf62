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
	switch o := o.(type) {
	case *op.CreateSchema:
		c.createSchema(o)
	case *op.CreateTable:
		c.createTable(o)
	case *op.AddColumn:
		c.addColumn(o)
	case *op.AddConstraint:
		c.addConstraint(o.Table, o.Constraint)
	case *op.AlterColumn:
		c.alterColumn(o)
	case *op.AlterColumnType:
		if column := c.implied(o.Table).column(o.Column); column != nil {
			column.Type = o.Type
		}
	case *op.Drop:
		c.drop(o)
	case *op.DropColumn:
		c.dropColumn(c.implied(o.Table), o.Column)
	case *op.Rename:
		c.rename(o)
	case *op.SetSchema:
		c.setSchema(o)
	case *op.AttachPartition:
		if c.isIndex(o.Parent) { // ALTER INDEX … ATTACH PARTITION, as pg_dump writes it
			break
		}
		c.implied(o.Parent)
		c.implied(o.Partition).Parent = c.Resolve(o.Parent)
	case *op.DetachPartition:
		c.implied(o.Partition).Parent = op.Name{}
	case *op.Inherit:
		c.inherit(o)
	case *op.CreateIndex:
		c.createIndex(o)
	case *op.CreateView:
		c.createView(o)
	case *op.CreateType:
		c.create(o.Kind, o.Name, op.Name{}, o)
	case *op.Create:
		c.create(o.Kind, o.Name, o.On, nil)
	case *op.CreateFunction:
		c.createFunction(o)
	case *op.Insert:
		c.insert(o)
	case *op.Update:
		c.update(o)
	default:
		c.applySession(o)
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
	case !o.Local:
		c.outerPath = nil
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
	for name, t := range c.tables {
		if t.Temporary && which(t) {
			c.remove(name)
		}
	}
}

// Prepared returns the statements that were prepared under the name.
func (c *Catalog) Prepared(name string) []*op.Prepare { return c.prepared[name] }

func (c *Catalog) createSchema(o *op.CreateSchema) {
	if c.schemas[o.Name] == nil && c.certain(o.IfNotExists, c.Object(op.Schema, op.Name{Name: o.Name}, op.Name{})) {
		c.schemas[o.Name] = &object{epoch: c.epoch}
	}
	delete(c.gone, objectKey{kind: op.Schema, name: op.Name{Name: o.Name}})
}

// certain reports whether a CREATE certainly makes something new: with IF NOT
// EXISTS it may find what no migration that was read had made.
func (c *Catalog) certain(ifNotExists bool, state State) bool {
	return !ifNotExists || state == Absent || state == Gone
}

func (c *Catalog) createTable(o *op.CreateTable) {
	name := o.Name
	switch {
	case o.Temporary:
		name = op.Name{Schema: temporarySchema, Name: name.Name}
	case name.Schema == "":
		name.Schema = c.creationSchema()
	}
	old := c.tables[name]
	if c.claim(old, o) || old != nil && (!old.doubtful || o.IfNotExists) || o.IfNotExists && c.foundBehind(o) {
		return
	}
	temporary := name.Schema == temporarySchema
	_, state := c.Table(name)
	t := &Table{Name: name, Kind: o.Kind, Temporary: temporary, dropOnCommit: o.DropOnCommit, epoch: c.epoch, dropped: map[string]bool{}}
	if !temporary && !c.certain(o.IfNotExists, state) {
		t.epoch, t.Implied = -1, true
	}
	for _, like := range o.Like {
		if from, _ := c.Table(like); from != nil {
			t.inheritColumns(from, c.epoch)
		}
	}
	for _, parent := range append(o.Inherits, o.PartitionOf) {
		if parent.IsZero() {
			continue
		}
		from := c.implied(parent)
		t.inheritColumns(from, c.epoch)
		if parent == o.PartitionOf {
			t.Parent = from.Name
			t.Keys = append(t.Keys, from.Keys...)
		} else {
			t.Parents = append(t.Parents, from.Name)
		}
	}
	for _, d := range o.Columns {
		t.Columns = append(t.Columns, &Column{ColumnDef: d, epoch: c.epoch})
	}
	if t.OfType = o.OfType; !t.OfType.IsZero() {
		c.attributesOf(t)
	}
	c.put(name, t)
	delete(c.gone, objectKey{kind: op.Table, name: name})
	for _, k := range o.Constraints {
		c.addConstraintTo(t, k)
	}
	if o.Copies != nil {
		t.Implied = true // its columns are the query's
		c.copied(o.Copies, name)
	}
}

// attributesOf gives a typed table the columns of its type.
func (c *Catalog) attributesOf(t *Table) {
	o := c.objects[c.key(op.Type, t.OfType, op.Name{})]
	if o == nil || o.def == nil {
		t.Implied = true
		return
	}
	for _, d := range o.def.Attributes {
		if t.column(d.Name) == nil {
			t.Columns = append(t.Columns, &Column{ColumnDef: d, epoch: c.epoch})
		}
	}
}

// foundBehind reports whether CREATE TABLE IF NOT EXISTS may find a table in a
// later schema of search_path, because the earlier ones are not known to exist.
func (c *Catalog) foundBehind(o *op.CreateTable) bool {
	if o.Name.Schema != "" || o.Temporary {
		return false
	}
	for _, schema := range c.searchPath {
		if c.tables[op.Name{Schema: schema, Name: o.Name.Name}] != nil {
			return true
		}
		if c.schemas[schema] != nil {
			return false
		}
	}
	return false
}

func (t *Table) inheritColumns(from *Table, epoch int) {
	for _, column := range from.Columns {
		if t.column(column.Name) == nil {
			t.Columns = append(t.Columns, &Column{ColumnDef: column.ColumnDef, epoch: epoch})
		}
	}
	t.Implied = t.Implied || from.Implied
}

// implied returns the table of that name. If no migration that was read made it,
// but one uses it, it is there all the same, with columns that are not known.
func (c *Catalog) implied(n op.Name) *Table {
	full := c.Resolve(n)
	if t := c.tables[full]; t != nil {
		return t
	}
	t := &Table{Name: full, Kind: op.Table, Implied: true, epoch: -1, dropped: map[string]bool{}}
	// A view can be altered as a table is; to take it for one would be wrong.
	if c.objects[objectKey{kind: op.View, name: full}] == nil && c.objects[objectKey{kind: op.MaterializedView, name: full}] == nil {
		c.put(full, t)
		delete(c.gone, objectKey{kind: op.Table, name: full})
	}
	return t
}

func (c *Catalog) addColumn(o *op.AddColumn) {
	t := c.implied(o.Table)
	if old := t.column(o.Column.Name); old != nil {
		if !old.doubtful || o.IfNotExists {
			c.claimColumn(old, o)
			return
		}
		t.drop(o.Column.Name)
	}
	_, state := c.Column(o.Table, o.Column.Name)
	column := &Column{ColumnDef: o.Column, epoch: c.epoch}
	if state != Created && !c.certain(o.IfNotExists, state) {
		column.epoch = -1
	}
	t.Columns = append(t.Columns, column)
	delete(t.dropped, o.Column.Name)
	for _, child := range c.children(t) {
		c.addColumn(&op.AddColumn{Table: child.Name, Column: o.Column, IfNotExists: o.IfNotExists})
	}
}

func (c *Catalog) dropColumn(t *Table, column string) {
	for _, one := range c.family(t) {
		one.drop(column)
		c.forget(one.Name.String() + "." + column)
	}
}

func (t *Table) drop(column string) {
	doubt := false
	for i, found := range t.Columns {
		if found.Name == column {
			t.Columns = append(t.Columns[:i:i], t.Columns[i+1:]...)
			doubt = found.dumped
			break
		}
	}
	t.dropped[column] = !doubt
	if doubt {
		t.mayHave(column)
	}
	t.Keys = without(t.Keys, func(k op.ConstraintDef) bool { return contains(k.Columns, column) })
	t.Foreign = without(t.Foreign, func(k op.ConstraintDef) bool { return contains(k.Columns, column) })
}

func (c *Catalog) alterColumn(o *op.AlterColumn) {
	column := c.implied(o.Table).column(o.Column)
	if column == nil {
		return
	}
	switch {
	case o.SetNotNull:
		column.NotNull = true
	case o.DropNotNull:
		column.NotNull = false
	case o.DropExpression:
		column.Generated = false
	}
}

func (c *Catalog) addConstraint(table op.Name, k op.ConstraintDef) {
	c.addConstraintTo(c.implied(table), k)
}

func (c *Catalog) addConstraintTo(t *Table, k op.ConstraintDef) {
	if t.dumpedConstraint(k) {
		return
	}
	if k.Name == "" {
		k.Name = chosenName(t.Name.Name, k)
	} else { // there is one at most
		t.Foreign = without(t.Foreign, func(old op.ConstraintDef) bool { return old.Name == k.Name })
	}
	switch k.Kind {
	case op.PrimaryKey:
		for _, name := range k.Columns {
			if column := t.column(name); column != nil {
				column.NotNull = true
			}
		}
		t.Keys = append(t.Keys, k)
	case op.Unique:
		if k.Index == "" {
			t.Keys = append(t.Keys, k)
		}
	case op.ForeignKey:
		k.References = c.Resolve(k.References)
		t.Foreign = append(t.Foreign, k)
	}
	c.objects[objectKey{kind: op.Constraint, name: op.Name{Name: k.Name}, on: t.Name}] = &object{epoch: c.epoch}
}

// chosenName returns the name that PostgreSQL gives to a constraint without one.
func chosenName(table string, k op.ConstraintDef) string {
	switch k.Kind {
	case op.PrimaryKey:
		return table + "_pkey"
	case op.Unique:
		return table + "_" + join(k.Columns) + "_key"
	case op.ForeignKey:
		return table + "_" + join(k.Columns) + "_fkey"
	}
	return table + "_check"
}

func (c *Catalog) createIndex(o *op.CreateIndex) {
	t := c.implied(o.Table)
	if o.Unique && !o.Partial && !o.Expressions && !t.dumpedConstraint(op.ConstraintDef{Name: o.Name}) {
		t.Keys = append(t.Keys, op.ConstraintDef{Name: o.Name, Kind: op.Unique, Columns: o.Columns, Nullable: o.Nullable})
	}
	if o.Name != "" {
		c.create(op.Index, op.Name{Schema: t.Name.Schema, Name: o.Name}, op.Name{}, nil)
	}
}

func (c *Catalog) create(kind op.Kind, n, on op.Name, def *op.CreateType) {
	key := c.key(kind, n, on)
	if c.objects[key] == nil {
		c.objects[key] = &object{epoch: c.epoch, def: def}
	}
	delete(c.gone, key)
}

func (c *Catalog) inherit(o *op.Inherit) {
	t := c.implied(o.Table)
	parent := c.implied(o.Parent).Name
	if !o.Off {
		t.Parents = append(t.Parents, parent)
		return
	}
	for i, p := range t.Parents {
		if p == parent {
			t.Parents = append(t.Parents[:i:i], t.Parents[i+1:]...)
			return
		}
	}
}

func without(all []op.ConstraintDef, out func(op.ConstraintDef) bool) []op.ConstraintDef {
	var kept []op.ConstraintDef
	for _, k := range all {
		if !out(k) {
			kept = append(kept, k)
		}
	}
	return kept
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

func join(columns []string) string {
	s := ""
	for i, c := range columns {
		if i > 0 {
			s += "_"
		}
		s += c
	}
	return s
}
