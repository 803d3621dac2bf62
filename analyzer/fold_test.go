package analyzer_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/rules"
)

const fired = `
CREATE TABLE orders (id int PRIMARY KEY, state text);
CREATE TABLE lines (id int PRIMARY KEY, order_id int);
CREATE TABLE notes (id int PRIMARY KEY, order_id int);
CREATE TABLE totals (id int PRIMARY KEY, n int);
CREATE FUNCTION clean() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM lines WHERE order_id = OLD.id;
	DELETE FROM notes WHERE order_id = OLD.id;
	UPDATE totals SET n = 0 FROM orders o WHERE o.id = totals.id;
	RETURN OLD;
END $$;
CREATE TRIGGER clean AFTER DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION clean();
`

// TestFold has statements that set off triggers. A finding is its rule, score and
// object, and the tables that it reaches.
func TestFold(t *testing.T) {
	tests := []struct {
		title, history, change string
		want                   []string
	}{
		{"into the statement's own", fired, "DELETE FROM orders WHERE state = 'old';", []string{
			"delete-rows 62 public.orders: public.lines rows are deleted by trigger clean on public.orders; " +
				"public.notes rows are deleted by trigger clean on public.orders; ",
			"update-rows 65 public.totals.n: ",
		}},
		{"into the worst where its own is less", fired, "DELETE FROM orders WHERE id = 1;", []string{
			"delete-rows 62 public.lines: public.notes rows are deleted by trigger clean on public.orders; ",
			"delete-rows 40 public.orders: ",
			"update-rows 65 public.totals.n: ",
		}},
		{"not where the trigger's text is new", "", fired + "INSERT INTO orders VALUES (1); DELETE FROM orders;", nil},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			var got []string
			for _, f := range reviewed(tt.history, tt.change) {
				line := fmt.Sprintf("%s %d %s: ", f.Rule, f.Score, f.Object)
				for _, r := range f.Reach {
					line += r.Name + " " + r.Why + "; "
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFoldedFingerprint has what a trigger does tell a statement from the same one
// without it: a label that was put on for one does not cover the other.
func TestFoldedFingerprint(t *testing.T) {
	const change = "DELETE FROM orders WHERE state = 'old';"
	with := reviewed(fired, change)[0]
	without := reviewed("CREATE TABLE orders (id int PRIMARY KEY, state text);", change)[0]
	if with.Rule != without.Rule || with.Fingerprint == without.Fingerprint {
		t.Errorf("got %s %s with the trigger and %s %s without, want the rule alike and the fingerprints not",
			with.Rule, with.Fingerprint, without.Rule, without.Fingerprint)
	}
	if again := reviewed(fired, "\n"+change)[0]; again.Fingerprint != with.Fingerprint {
		t.Errorf("got %s a line below, want %s", again.Fingerprint, with.Fingerprint)
	}
}

func reviewed(history, change string) []analyzer.Finding {
	m := read("m/2_b.up.sql", change)
	return analyzer.Together(analyzer.Options{Rules: rules.All}, []*migration.Migration{read("m/1_a.up.sql", history)},
		[]analyzer.ChangedFile{{Path: m.File.Path, Status: "added", Migration: m}}).Findings
}
