package losstest

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// rowsPerTable is how many rows a generated table gets. The third of them has
// NULL wherever it may.
const rowsPerTable = 4

// seed runs the case's own seed, then generates rows for the tables that it left
// as the history made them.
func seed(ctx context.Context, conn *pgx.Conn, own string) error {
	c, err := readCatalog(ctx, conn)
	if err != nil {
		return err
	}
	s := &seeder{conn: conn, catalog: c, done: map[uint32]bool{}}
	if s.present, err = s.counts(ctx); err != nil {
		return err
	}
	if _, err := conn.PgConn().Exec(ctx, own).ReadAll(); err != nil {
		return fmt.Errorf("run seed.sql: %w", err)
	}
	after, err := s.counts(ctx)
	if err != nil {
		return err
	}
	for _, t := range c.tables {
		if after[t.oid] != s.present[t.oid] {
			s.done[t.oid] = true
		}
	}
	if err := s.readConstraints(ctx); err != nil {
		return err
	}
	s.skipBarren()
	for _, t := range c.tables {
		if err := s.fill(ctx, t); err != nil {
			return fmt.Errorf("put rows into %s: %w", t, err)
		}
	}
	return nil
}

// skipBarren marks partitioned tables that have no partition to hold a row.
func (s *seeder) skipBarren() {
	partitions := map[uint32]int{}
	for _, t := range s.catalog.tables {
		partitions[t.root]++
	}
	for _, t := range s.catalog.tables {
		if t.partitioned && t.root == t.oid && partitions[t.oid] == 1 {
			s.done[t.oid] = true
		}
	}
}

// A seeder puts generated rows into tables, referenced ones first.
type seeder struct {
	conn    *pgx.Conn
	catalog *catalog
	present map[uint32]int  // rows that the history itself put there
	done    map[uint32]bool // filled, being filled, or seeded by the case
	keys    map[uint32][]foreignKey
	words   map[uint32]map[int][]string // text values that a check allows, by column
	checks  map[uint32]map[string][]int // columns that a check looks at, by its name
	parents map[string][][]string       // what foreign keys may refer to, by the query; nil: read for each row
	late    []lateKey                   // foreign keys that could not be filled in yet
	// versions says that texts are numbers with points.
	versions bool
	filling  *Filling // nil: a case's own tables, as they are seeded by default
}

// A foreignKey says where a table's columns must find their values.
type foreignKey struct {
	columns []int
	parent  *table
	refers  []int
}

// counts returns the number of rows by table, partitions included.
func (s *seeder) counts(ctx context.Context) (map[uint32]int, error) {
	found := map[uint32]int{}
	for _, t := range s.catalog.tables {
		only := "ONLY "
		if t.partitioned {
			only = ""
		}
		var n int
		if err := s.conn.QueryRow(ctx, "SELECT count(*) FROM "+only+t.sql()).Scan(&n); err != nil {
			return nil, fmt.Errorf("count rows of %s: %w", t, err)
		}
		found[t.oid] = n
	}
	return found, nil
}

// literal finds the texts that a check's definition compares with.
var literal = regexp.MustCompile(`'((?:[^']|'')*)'::(?:text|character varying|bpchar|citext)`)

// readConstraints reads foreign keys, and the words that checks of one column
// compare it with.
func (s *seeder) readConstraints(ctx context.Context) error {
	s.keys = map[uint32][]foreignKey{}
	s.words = map[uint32]map[int][]string{}
	s.checks = map[uint32]map[string][]int{}
	rows, err := s.conn.Query(ctx, `
		SELECT conrelid, conname, contype::text, confrelid, conkey::int[], coalesce(confkey, '{}')::int[], pg_get_constraintdef(oid)
		FROM pg_constraint WHERE contype IN ('f', 'c') AND conrelid <> 0 AND conkey IS NOT NULL ORDER BY oid`)
	if err != nil {
		return fmt.Errorf("read constraints: %w", err)
	}
	var child, parent uint32
	var name, kind, definition string
	var columns, refers []int
	_, err = pgx.ForEachRow(rows, []any{&child, &name, &kind, &parent, &columns, &refers, &definition}, func() error {
		if kind == "f" {
			key := foreignKey{columns: columns, parent: s.catalog.byOID[parent], refers: refers}
			s.keys[child] = append(s.keys[child], key)
			return nil
		}
		if s.checks[child] == nil {
			s.checks[child] = map[string][]int{}
		}
		s.checks[child][name] = columns
		if len(columns) == 1 && !strings.Contains(definition, "~") {
			if s.words[child] == nil {
				s.words[child] = map[int][]string{}
			}
			for _, found := range literal.FindAllStringSubmatch(definition, -1) {
				word := strings.ReplaceAll(found[1], "''", "'")
				s.words[child][columns[0]] = append(s.words[child][columns[0]], word)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read constraints: %w", err)
	}
	return nil
}

// fill puts rows into a table unless it has its rows or gets them by its root.
func (s *seeder) fill(ctx context.Context, t *table) error {
	if s.done[t.oid] || t.root != t.oid {
		return nil
	}
	s.done[t.oid] = true
	for _, key := range s.keys[t.oid] {
		if err := s.fill(ctx, key.parent); err != nil {
			return err
		}
	}
	for i := range rowsPerTable {
		if err := s.insert(ctx, t, i); err != nil {
			return err
		}
	}
	return nil
}

// insert adds the ith generated row.
func (s *seeder) insert(ctx context.Context, t *table, i int) error {
	values := map[int]string{}
	for _, col := range t.columns {
		if col.generated || col.automatic {
			continue
		}
		if i == 2 && !col.notNull {
			values[col.number] = "NULL"
			continue
		}
		v, err := s.generate(ctx, t, col, i+s.present[t.oid])
		if err != nil {
			return err
		}
		values[col.number] = v
	}
	if err := s.refer(ctx, t, i, values); err != nil {
		return err
	}
	return s.write(ctx, t, values)
}

// generate returns an expression for the column's value in the nth row.
func (s *seeder) generate(ctx context.Context, t *table, col column, n int) (string, error) {
	if v := s.asFilled(col, n); v != "" {
		return v, nil
	}
	if words := s.words[t.oid][col.number]; len(words) > 0 {
		return quote(words[n%len(words)]), nil
	}
	if col.key && strings.HasPrefix(col.typ.name, "int") {
		return fmt.Sprint(n + 1), nil // so that a case can name a row
	}
	return s.sample(ctx, col.typ, col.modifier, n)
}

// refer replaces the values of foreign keys by those of a parent's row. Where the
// parent has none yet, as with a table that refers to itself, they are NULL.
func (s *seeder) refer(ctx context.Context, t *table, i int, values map[int]string) error {
	for k, key := range s.keys[t.oid] {
		parents, err := s.referred(ctx, t, key)
		if err != nil {
			return err
		}
		for n, number := range key.columns {
			switch {
			case len(parents) == 0:
				values[number] = "NULL"
				s.later(t, key)
			case values[number] != "NULL":
				values[number] = parents[s.which(i, k)%len(parents)][n]
			}
		}
	}
	return nil
}

// which says which of the rows that it may refer to the ith row refers to by its
// kth foreign key.
func (s *seeder) which(i, k int) int {
	if i == together {
		return k
	}
	return i
}

// referred returns the values that a foreign key may have, as expressions.
func (s *seeder) referred(ctx context.Context, t *table, key foreignKey) ([][]string, error) {
	var names []string
	for _, number := range key.refers {
		names = append(names, "quote_nullable("+pgx.Identifier{key.parent.column(number)}.Sanitize()+")")
	}
	sql := fmt.Sprintf("SELECT ARRAY[%s] FROM %s ORDER BY 1", strings.Join(names, ", "), key.parent.sql())
	if s.filling != nil {
		sql += " LIMIT 10"
	}
	if known := s.parents[sql]; known != nil {
		return known, nil
	}
	rows, err := s.conn.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", key.parent, err)
	}
	parents, err := pgx.CollectRows(rows, pgx.RowTo[[]string])
	if err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", key.parent, err)
	}
	if s.parents != nil && key.parent != t && len(parents) > 0 {
		s.parents[sql] = parents
	}
	return parents, nil
}

// column returns the name of the attribute with that number.
func (t *table) column(number int) string {
	for _, col := range t.columns {
		if col.number == number {
			return col.name
		}
	}
	return ""
}

// write inserts one row.
func (s *seeder) write(ctx context.Context, t *table, values map[int]string) error {
	var names, expressions []string
	for _, col := range t.columns {
		if v, ok := values[col.number]; ok {
			names = append(names, pgx.Identifier{col.name}.Sanitize())
			expressions = append(expressions, v)
		}
	}
	sql := "INSERT INTO " + t.sql() + " DEFAULT VALUES"
	if len(names) > 0 {
		sql = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.sql(), strings.Join(names, ", "), strings.Join(expressions, ", "))
	}
	if _, err := s.conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// quote returns the text as a literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
