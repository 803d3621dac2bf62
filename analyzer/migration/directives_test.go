package migration

import (
	"testing"

	"github.com/dropgate/dropgate/analyzer/source"
)

// TestSettle: what the text of a file says about the way back counts only where its
// folder is run with that tool.
func TestSettle(t *testing.T) {
	texts := map[string]string{
		"goose":       "-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE a;\n",
		"dbmate":      "-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE a;\n",
		"sql-migrate": "-- +migrate Up\nSELECT 1;\n-- +migrate Down\nDROP TABLE a;\n",
		"rambler":     "-- rambler up\nSELECT 1;\n-- rambler down\nDROP TABLE a;\n",
		"liquibase":   "--liquibase formatted sql\n--changeset a:1 dbms:h2\nDROP TABLE a;\n",
		"tern":        "SELECT 1;\n---- create above / drop below ----\nDROP TABLE a;\n",
	}
	for format, text := range texts {
		for _, known := range []string{"sql", "sqlx", "flyway", "golang-migrate", "goose", "dbmate", "sql-migrate", "rambler", "liquibase", "tern"} {
			m := Read(source.New("db/1_a.sql", []byte(text)), "")
			if m.Format != format || m.Direction() == "up" {
				t.Fatalf("%s is read as %s, %s", format, m.Format, m.Direction())
			}
			got := Settle(m, map[string]map[string]bool{"db": {known: true}})
			if same := known == format; same != (got == m) || !same && got.Direction() != "up" {
				t.Errorf("%s among %s: %s, %s", format, known, got.Format, got.Direction())
			}
		}
	}
}

func TestSettleBelow(t *testing.T) {
	const goose = "-- +goose Up\n-- +goose Down\nDROP TABLE a;\n"
	tests := []struct{ name, path, text, set, known, format, direction string }{
		{"no history", "db/new/1_a.sql", goose, "other", "flyway", "goose", "down"},
		{"below flyway", "db/new/1_a.sql", goose, "db", "flyway", "sql", "up"},
		{"below liquibase", "db/x/new/1_a.sql", goose, ".", "liquibase", "sql", "up"},
		{"below goose", "db/new/1_a.sql", goose, "db", "goose", "goose", "down"},
		{"deployed by sqitch", "db/deploy/new/a.sql", goose, "db", "sqitch", "sqitch", "up"},
		{"reverted by sqitch", "db/revert/new/a.sql", "DROP TABLE a;", "db", "sqitch", "sqitch", "down"},
		{"beside sqitch", "db/other/a.sql", goose, "db", "sqitch", "sql", "up"},
		{"reverted by nobody", "db/revert/a.sql", "-- Revert a\nDROP TABLE a;", "db", "sql", "sql", "up"},
		{"a name that says it", "db/revert/1_a.down.sql", "DROP TABLE a;", "db", "sqitch", "golang-migrate", "down"},
	}
	for _, test := range tests {
		m := Settle(Read(source.New(test.path, []byte(test.text)), ""), map[string]map[string]bool{test.set: {test.known: true}})
		if m.Format != test.format || m.Direction() != test.direction {
			t.Errorf("%s: %s, %s; want %s, %s", test.name, m.Format, m.Direction(), test.format, test.direction)
		}
	}
}
