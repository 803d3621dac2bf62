package config

import (
	"strconv"
	"testing"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
)

// TestDialectExcludes holds that the line which a finding names for files of another
// database leaves out just these.
func TestDialectExcludes(t *testing.T) {
	tests := []struct{ path, text, twin string }{
		{"db/mysql/1_a.sql", "", "db/postgres/1_a.sql"},
		{"db [old]{1}/sqlite/1_a.sql", "", "db o1/sqlite/1_a.sql"},
		{`a*\"b/mysql/1_a.sql`, "", `ax\"b/mysql/1_a.sql`},
		{"m/1_x.mysql.autocommit.up.sql", "", "m/1_x.postgres.autocommit.up.sql"},
		{"m/1_x.sqlite3.down.sql", "", "m/1_x.down.sql"},
		{"schema-h2.sql", "", "schema-pg.sql"},
		{"sql/mssql.sql", "", "sql/postgres.sql"},
		{"m/1_[a]*?.sql", "PRAGMA x", "m/1_a.sql"},
		{"m/1_ä\n.sql", "PRAGMA x", "m/1_ä.sql"},
	}
	for _, test := range tests {
		m := migration.Read(source.New(test.path, []byte(test.text)), "")
		line := "exclude: [" + strconv.Quote(m.Dialect().Exclude) + "]\n"
		c, err := Parse(".dropgate.yml", []byte(line), Known{})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if c.Includes(test.path) {
			t.Errorf("%q: %s does not leave it out", test.path, line)
		}
		if !c.Includes(test.twin) {
			t.Errorf("%q: %s leaves out %q", test.path, line, test.twin)
		}
	}
}
