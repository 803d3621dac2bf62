package losstest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A Filling says what rows Fill makes.
type Filling struct {
	Rows int
	// Nulls says that the last of the rows has NULL wherever it may, or all of them
	// have if there is only one.
	Nulls bool
	// NotNull are columns that never have NULL, by schema.table.column.
	NotNull []string
	// Plain says that numbers, and texts, are small whole numbers, so that texts can
	// become numbers and what refers to nothing can be made a foreign key.
	Plain bool
	// Bare says that partitioned tables get no partition that would take any row.
	Bare bool
	// Versions says that texts are numbers with points, such as 1.2.3.
	Versions bool
	// Lists says that json values are arrays of objects.
	Lists bool
	// Twins says that the rows of a table are alike where they may be, and refer to the
	// same rows: some are then double, and to others nothing refers.
	Twins bool
	// Values are values for columns by their name in lower case, whatever their
	// table, for one row each.
	Values map[string][]string
	// Without are tables that get no rows, by schema.name.
	Without []string
}

// Fill puts rows into every table of any database, also where constraints and
// triggers are not made for generated rows: those are then passed over. It returns
// the tables that no row could be made for, with the reason.
func Fill(ctx context.Context, conn *pgx.Conn, f Filling) (empty []string, err error) {
	c, err := readCatalog(ctx, conn)
	if err != nil {
		return nil, err
	}
	s := &seeder{conn: conn, catalog: c, done: map[uint32]bool{}, filling: &f, parents: map[string][][]string{}}
	if err := s.housePartitions(ctx); err != nil {
		return nil, err
	}
	if s.present, err = s.counts(ctx); err != nil {
		return nil, err
	}
	if err := s.readConstraints(ctx); err != nil {
		return nil, err
	}
	b := &barriers{conn: conn}
	reasons := map[uint32]error{}
	for _, t := range s.catalog.tables {
		s.force(ctx, b, t, reasons)
	}
	s.referLate(ctx)
	if s.present, err = s.counts(ctx); err != nil {
		return nil, err
	}
	for _, t := range s.catalog.tables {
		if reasons[t.oid] != nil && s.present[t.oid] == 0 {
			empty = append(empty, fmt.Sprintf("%s: %v", t, reasons[t.oid]))
		}
	}
	return empty, b.restore(ctx)
}

// housePartitions gives every partitioned table a partition for the rows that no
// other takes, unless it has one.
func (s *seeder) housePartitions(ctx context.Context) error {
	var added bool
	for _, t := range s.catalog.tables {
		if !t.partitioned || s.filling.Bare {
			continue
		}
		name := pgx.Identifier{t.schema, fmt.Sprintf("rows_of_%d", t.oid)}.Sanitize()
		_, err := s.conn.Exec(ctx, fmt.Sprintf("CREATE TABLE %s PARTITION OF %s DEFAULT", name, t.sql()))
		added = added || err == nil // it has one already, or is divided by a hash
	}
	if !added {
		return nil
	}
	var err error
	s.catalog, err = readCatalog(ctx, s.conn)
	return err
}

// force fills the tables that a table refers to, then itself, and notes why it has no
// row of its own.
func (s *seeder) force(ctx context.Context, b *barriers, t *table, reasons map[uint32]error) {
	if s.done[t.oid] || t.root != t.oid || slices.Contains(s.filling.Without, t.String()) {
		return
	}
	s.done[t.oid] = true
	for _, key := range s.keys[t.oid] {
		s.force(ctx, b, key.parent, reasons)
	}
	for i := range s.filling.Rows {
		if err := s.forceRow(ctx, b, t, i); err != nil && reasons[t.oid] == nil {
			reasons[t.oid] = err
		}
	}
}

// A late key is a foreign key of a table that got its rows before what they refer to
// was there.
type lateKey struct {
	table *table
	key   foreignKey
}

// later notes that a foreign key has to be filled in.
func (s *seeder) later(t *table, key foreignKey) {
	known := slices.ContainsFunc(s.late, func(l lateKey) bool { return l.table == t && slices.Equal(l.key.columns, key.columns) })
	if s.filling != nil && !known {
		s.late = append(s.late, lateKey{t, key})
	}
}

// referLate fills in what tables refer to that were filled in a circle: all rows but
// the last, or only one if no two may refer to the same. Where PostgreSQL refuses it
// they refer to nothing.
func (s *seeder) referLate(ctx context.Context) {
	for _, l := range s.late {
		var sets, names []string
		for n, number := range l.key.columns {
			column := pgx.Identifier{l.key.parent.column(l.key.refers[n])}.Sanitize()
			names = append(names, column)
			sets = append(sets, pgx.Identifier{l.table.column(number)}.Sanitize()+" = parent."+column)
		}
		first := pgx.Identifier{l.table.column(l.key.columns[0])}.Sanitize()
		for _, which := range []string{"<> (SELECT max(ctid)", "= (SELECT min(ctid)"} {
			_, err := s.conn.Exec(ctx, fmt.Sprintf("UPDATE %[1]s t SET %[2]s FROM (SELECT %[3]s FROM %[4]s LIMIT 1) parent WHERE t.%[5]s IS NULL AND t.ctid %[6]s FROM %[1]s WHERE %[5]s IS NULL)",
				l.table.sql(), strings.Join(sets, ", "), strings.Join(names, ", "), l.key.parent.sql(), first, which))
			if err == nil {
				break
			}
		}
	}
}

// attempts are how far the values of a row are from those of the first attempt:
// what the history put there may have taken these.
var attempts = []int{0, 0, 40, 1000}

// forceRow adds the ith row: with the values asked for, without them, then with
// values that no other row has.
func (s *seeder) forceRow(ctx context.Context, b *barriers, t *table, i int) error {
	var first error
	for n, further := range attempts {
		s.versions = s.filling.Versions || n == len(attempts)-1
		values, err := s.values(ctx, t, i, further, n == 0)
		if err == nil {
			err = s.meet(ctx, t, i, values)
		}
		if refused(err) {
			err = b.pass(ctx, func() error { return s.write(ctx, t, values) })
		}
		if err == nil {
			return nil
		}
		if first == nil || n == 1 {
			first = err
		}
	}
	return first
}

// given returns the value that the filling itself has for a column of the ith row:
// NULL, or one that is asked for, "" if none.
func (s *seeder) given(t *table, col column, i int, asked bool) string {
	f := s.filling
	last := f.Nulls && i == f.Rows-1
	if last && !col.notNull && !slices.Contains(f.NotNull, t.String()+"."+col.name) {
		return "NULL"
	}
	list := f.Values[strings.ToLower(col.name)]
	if asked && len(list) > 0 && (i < len(list) || last) {
		return quote(list[i%len(list)])
	}
	return ""
}

// number tells the values of a table's columns apart: no two columns of a row have
// the same, so that copying one to another shows.
func (s *seeder) number(t *table, col column, i, further int, asked bool) int {
	switch {
	case col.key:
		return i + further + s.present[t.oid] // what the history put there has a number as well
	case s.filling.Twins && asked:
		if i = 0; col.typ.name == "uuid" {
			return 0 // as in the first rows of other tables
		}
	}
	if s.filling.Plain {
		return i + further
	}
	return i + further + col.number*7%97
}

// together stands for rows that all refer to the same row, by each foreign key to
// another one.
const together = -1

// values returns the expressions of the ith row.
func (s *seeder) values(ctx context.Context, t *table, i, further int, asked bool) (map[int]string, error) {
	values := map[int]string{}
	for _, col := range t.columns {
		if col.generated {
			continue
		}
		v := s.given(t, col, i, asked)
		if v == "" && col.automatic && further == 0 {
			continue
		}
		if v == "" {
			var err error
			if v, err = s.made(ctx, t, col, s.number(t, col, i, further, asked)); err != nil {
				return nil, err
			}
		}
		values[col.number] = v
	}
	generated := maps.Clone(values)
	referred := i
	if s.filling.Twins && asked {
		referred = together
	}
	if err := s.refer(ctx, t, referred, values); err != nil {
		return nil, err
	}
	for _, col := range t.columns { // what has to have a value, and nothing to refer to
		if col.notNull && values[col.number] == "NULL" {
			values[col.number] = generated[col.number]
		}
	}
	return values, nil
}

// made returns a generated value, or NULL where there is none and the column takes that.
func (s *seeder) made(ctx context.Context, t *table, col column, n int) (string, error) {
	v, err := s.generate(ctx, t, col, n)
	if err != nil && !col.notNull {
		return "NULL", nil
	}
	return v, err
}

// meet writes a row. Where a check refuses it, it is tried with one more of the
// values that the check looks at, and without some of them: often only one of them may be there, or all but
// one must not.
func (s *seeder) meet(ctx context.Context, t *table, i int, values map[int]string) error {
	err := s.write(ctx, t, values)
	for range barrierLimit {
		said := violated(err)
		if said == nil || said.TableName != t.name {
			return err
		}
		next := err
		columns := s.checks[t.oid][said.ConstraintName]
		for _, tried := range slices.Concat(s.heavier(ctx, t, i, columns, values), s.lighter(t, columns, values)) {
			next = s.write(ctx, t, tried)
			if other := violated(next); next == nil || other != nil && other.ConstraintName != said.ConstraintName {
				clear(values)
				maps.Copy(values, tried)
				break
			}
		}
		if same := violated(next); same != nil && same.ConstraintName == said.ConstraintName {
			return err
		}
		err = next
	}
	return err
}

// heavier returns the row with a value in one of the columns that have NULL.
func (s *seeder) heavier(ctx context.Context, t *table, i int, columns []int, values map[int]string) []map[int]string {
	var rows []map[int]string
	for _, col := range t.columns {
		if !slices.Contains(columns, col.number) || values[col.number] != "NULL" {
			continue
		}
		if v, err := s.generate(ctx, t, col, i); err == nil {
			row := maps.Clone(values)
			row[col.number] = v
			rows = append(rows, row)
		}
	}
	return rows
}

// lighter returns the row with NULL in some of the columns, where they may have it:
// in one of them, in all but one, in all.
func (s *seeder) lighter(t *table, columns []int, values map[int]string) []map[int]string {
	var free []int
	for _, col := range t.columns {
		if slices.Contains(columns, col.number) && !col.notNull {
			free = append(free, col.number)
		}
	}
	without := func(drop func(int) bool) map[int]string {
		row := maps.Clone(values)
		for _, number := range free {
			if drop(number) {
				row[number] = "NULL"
			}
		}
		return row
	}
	var rows []map[int]string
	for _, one := range free {
		rows = append(rows, without(func(n int) bool { return n == one }))
	}
	for _, one := range free {
		rows = append(rows, without(func(n int) bool { return n != one }))
	}
	return append(rows, without(func(int) bool { return true }))
}

// asFilled returns the values that a filling asks for, "" for those it leaves open.
func (s *seeder) asFilled(col column, n int) string {
	switch {
	case s.filling == nil:
		return ""
	case s.filling.Plain && plainNumber(col.typ):
		return quote(fmt.Sprint(n + 1))
	case s.versions && (col.typ.name == "text" || col.typ.name == "varchar"):
		return quote(fmt.Sprintf("1.2.%d", n))
	case s.filling.Lists && (col.typ.name == "json" || col.typ.name == "jsonb"):
		return quote(fmt.Sprintf(`[{"n": %d, "name": "a"}, {"n": 2, "name": "b", "type": "c"}]`, n))
	case col.typ.name == "int8" && !col.key:
		return fmt.Sprint(1700000001 + 1000*n) // may be a time, in seconds
	}
	return ""
}

// plainNumber reports whether small whole numbers are values of the type.
func plainNumber(t *dataType) bool {
	return slices.Contains([]string{"int2", "int4", "int8", "numeric", "float4", "float8", "text", "varchar", "bpchar", "citext"}, t.name)
}

// barriers are the constraints that generated rows do not meet. They are taken
// away, and in the end put back for the rows to come.
type barriers struct {
	conn     *pgx.Conn
	restored []string
}

// barrierLimit is how many constraints stand in the way of one row at most.
const barrierLimit = 20

// pass runs an insert: as it is, then without triggers and foreign keys, then
// without the checks that refuse it.
func (b *barriers) pass(ctx context.Context, insert func() error) error {
	if _, err := b.conn.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return fmt.Errorf("switch triggers off: %w", err)
	}
	defer func() { _, _ = b.conn.Exec(ctx, "RESET session_replication_role") }()
	for range barrierLimit {
		err := insert()
		if err == nil {
			return nil
		}
		said := violated(err)
		if said == nil || b.remove(ctx, said) != nil {
			return err
		}
	}
	return errors.New("too many checks refuse the row")
}

// violated returns what PostgreSQL said of a check that a row does not meet.
func violated(err error) *pgconn.PgError {
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "23514" && said.ConstraintName != "" {
		return said
	}
	return nil
}

// refused reports whether something other than the values' own form is in the way.
func refused(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && !strings.HasPrefix(said.Code, "22") && said.Code != "23505"
}

// remove takes away the check that refused a row.
func (b *barriers) remove(ctx context.Context, said *pgconn.PgError) error {
	kind, where := "TABLE", pgx.Identifier{said.SchemaName, said.TableName}.Sanitize()
	find := "conrelid = $1::regclass"
	if said.DataTypeName != "" && said.TableName == "" {
		kind, where = "DOMAIN", pgx.Identifier{said.SchemaName, said.DataTypeName}.Sanitize()
		find = "contypid = $1::regtype"
	}
	name := pgx.Identifier{said.ConstraintName}.Sanitize()
	var definition string
	row := b.conn.QueryRow(ctx, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE "+find+" AND conname = $2", where, said.ConstraintName)
	if err := row.Scan(&definition); err != nil {
		return err
	}
	if _, err := b.conn.Exec(ctx, fmt.Sprintf("ALTER %s %s DROP CONSTRAINT %s", kind, where, name)); err != nil {
		return err
	}
	if !strings.HasSuffix(definition, " NOT VALID") {
		definition += " NOT VALID"
	}
	b.restored = append(b.restored, fmt.Sprintf("ALTER %s %s ADD CONSTRAINT %s %s", kind, where, name, definition))
	return nil
}

// restore puts the checks back.
func (b *barriers) restore(ctx context.Context) error {
	for _, statement := range b.restored {
		if _, err := b.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("put a check back: %s: %w", statement, err)
		}
	}
	return nil
}
