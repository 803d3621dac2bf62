package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
)

// An outcome is what the contract settles about a case.
type outcome string

const (
	blocks outcome = "blocks" // a score of 60 or more
	passes outcome = "passes" // shown, with a score under 60
	silent outcome = "silent" // not reported at all
)

// A border is a settled case as docs/scoring.md shows it.
type border struct {
	what           string
	before, change string
	want           outcome
}

const (
	users  = "CREATE TABLE users (id bigint PRIMARY KEY, email text, active boolean, plan text, credit integer);"
	orders = users + " CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users ON DELETE CASCADE);"
	plans  = users + " CREATE TABLE plans (email text, name text);"
	moods  = "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE days (id bigint, mood mood);"
	prices = "CREATE TABLE prices (id bigint, amount numeric(10,4), data json);"
	tidyUp = " CREATE FUNCTION tidy_up() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM users; END';"
	greet  = " CREATE FUNCTION greet() RETURNS text LANGUAGE sql AS 'SELECT 1';"
	totals = "CREATE TABLE lines (id bigint, n int, m int GENERATED ALWAYS AS (n * 2) STORED);"
)

var borders = []struct {
	title string
	cases []border
}{
	{"Rows that go", []border{
		{"every row", users, "DELETE FROM users;", blocks},
		{"rows picked by a condition: a status, an age, a join", users, "DELETE FROM users WHERE NOT active;", blocks},
		{"rows picked by a constant primary or unique key", users, "DELETE FROM users WHERE id = 7;", passes},
		{"the same, and a foreign key takes rows of another table along", orders, "DELETE FROM users WHERE id = 7;", blocks},
		{"a condition that no row meets", users, "DELETE FROM users WHERE false;", silent},
		{"a full copy is kept in the same change", users, "CREATE TABLE users_kept AS SELECT * FROM users; DROP TABLE users;", blocks},
		{"the rows are moved in the same statement", users, "CREATE TABLE gone (LIKE users); WITH d AS (DELETE FROM users RETURNING *) INSERT INTO gone SELECT * FROM d;", blocks},
	}},
	{"Values that are overwritten", []border{
		{"in every row", users, "UPDATE users SET plan = 'free';", blocks},
		{"through a join", plans, "UPDATE users SET plan = p.name FROM plans p WHERE p.email = users.email;", blocks},
		{"set to NULL wherever there is a value", users, "UPDATE users SET plan = NULL WHERE plan IS NOT NULL;", blocks},
		{"under a condition on the row's own columns", users, "UPDATE users SET plan = 'free' WHERE NOT active;", passes},
		{"the old value can be computed from the new one", users, "UPDATE users SET credit = credit + 1;", passes},
		{"a column that the change added is filled", users, "ALTER TABLE users ADD COLUMN tier text; UPDATE users SET tier = 'free';", silent},
		{"only where there is no value yet", users, "UPDATE users SET plan = 'free' WHERE plan IS NULL;", silent},
		{"a type conversion rounds or cuts", prices, "ALTER TABLE prices ALTER COLUMN amount TYPE integer;", blocks},
		{"a type conversion that keeps every value", prices, "ALTER TABLE prices ALTER COLUMN amount TYPE numeric(14,4);", silent},
		{"json to jsonb, which orders keys anew", prices, "ALTER TABLE prices ALTER COLUMN data TYPE jsonb;", silent},
	}},
	{"Objects that are dropped", []border{
		{"a table, a column", users, "ALTER TABLE users DROP COLUMN plan;", blocks},
		{"a generated column: it can be computed again", totals, "ALTER TABLE lines DROP COLUMN m;", passes},
		{"a type whose CASCADE takes columns along", moods, "DROP TYPE mood CASCADE;", blocks},
		{"the same without CASCADE: PostgreSQL refuses", moods, "DROP TYPE mood;", passes},
		{"what can be built again: view, index, function", "CREATE VIEW v AS SELECT 1 AS one;", "DROP VIEW v;", passes},
		{"sequence, constraint, trigger, policy", "CREATE SEQUENCE invoice_no;", "DROP SEQUENCE invoice_no;", passes},
		{"what the change itself made", users, "CREATE TABLE scratch (id int); DROP TABLE scratch;", silent},
		{"a rename, or another schema", users, "ALTER TABLE users RENAME TO members;", silent},
	}},
	{"Names that no earlier migration made", []border{
		{"no earlier migration is known: as if it existed", "", "DROP TABLE IF EXISTS users;", blocks},
		{"all earlier migrations were read, and there is no IF EXISTS", users, "DROP TABLE ghosts;", blocks},
		{"the same with IF EXISTS", users, "DROP TABLE IF EXISTS ghosts;", passes},
		{"an earlier migration dropped it", users + " DROP TABLE users;", "DROP TABLE IF EXISTS users;", silent},
	}},
	{"What cannot be told from the text", []border{
		{"a function that no migration defines is called", users, "SELECT tidy_up();", blocks},
		{"a function that deletes every row", users + tidyUp, "SELECT tidy_up();", blocks},
		{"a function whose body has none", users + greet, "SELECT greet();", silent},
		{"a DO block that deletes every row", users, "DO $$ BEGIN DELETE FROM users; END $$;", blocks},
		{"a DO block without any", users, "DO $$ BEGIN RAISE NOTICE 'hello'; END $$;", silent},
		{"a prepared statement that the file does not prepare", users, "EXECUTE tidy_up(7);", blocks},
		{"a statement that PostgreSQL's parser refuses", users, "CREATE TABEL notes (id int);", blocks},
	}},
	{"What does not take effect", []border{
		{"a transaction that the file rolls back", users, "BEGIN; DROP TABLE users; ROLLBACK;", silent},
		{"a section that takes a migration back", users, "-- +goose Up\nALTER TABLE users ADD COLUMN tier text;\n-- +goose Down\nDROP TABLE users;", silent},
	}},
}

// borderTable runs every case and shows what it scores.
func borderTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for i, group := range borders {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "### %s\n\n| case | for example | score | |\n| --- | --- | ---: | --- |\n", group.title)
		for _, c := range group.cases {
			score, got := 0, silent
			for _, f := range judge(c.before, c.change) {
				score = max(score, f.Score)
				got = outcomeOf(f)
			}
			if got != c.want {
				t.Errorf("%s: %s: it %s with score %d, want that it %s", c.what, c.change, got, score, c.want)
			}
			text := fmt.Sprint(score)
			if got == silent {
				text = "–"
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", c.what, oneLine(c.change), text, map[outcome]string{
				blocks: "blocks", passes: "shown", silent: "not reported",
			}[got])
		}
	}
	return b.String()
}

func outcomeOf(f analyzer.Finding) outcome {
	if f.Blocking {
		return blocks
	}
	return passes
}
