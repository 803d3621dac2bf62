package pgsql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
)

// TestTriggers holds what statements ask for that say what runs when.
func TestTriggers(t *testing.T) {
	name := func(s string) op.Name { return op.Name{Name: s} }
	public := op.Name{Schema: "public", Name: "t"}
	one := func(o op.Operation) []op.Operation { return []op.Operation{o} }
	for _, tt := range []struct {
		sql  string
		want []op.Operation
	}{
		{"CREATE TRIGGER a BEFORE INSERT OR DELETE ON public.t FOR EACH ROW EXECUTE FUNCTION s.f('x', 1)", one(&op.CreateTrigger{
			Name: name("a"), On: public, Events: []op.Event{op.OnInsert, op.OnDelete}, Before: true, Row: true,
			Function: op.Name{Schema: "s", Name: "f"}, Arguments: []string{"x", "1"}})},
		{"CREATE TRIGGER a AFTER UPDATE OF b, c OR TRUNCATE ON t EXECUTE PROCEDURE f()", one(&op.CreateTrigger{
			Name: name("a"), On: name("t"), Events: []op.Event{op.OnUpdate, op.OnTruncate}, Columns: []string{"b", "c"}, Function: name("f")})},
		{"CREATE TRIGGER a INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION f()", one(&op.CreateTrigger{
			Name: name("a"), On: name("v"), Events: []op.Event{op.OnUpdate}, InsteadOf: true, Row: true, Function: name("f")})},
		{"CREATE EVENT TRIGGER a ON SQL_DROP WHEN tag IN ('drop table', 'DROP INDEX') EXECUTE FUNCTION f()", one(&op.CreateEventTrigger{
			Name: name("a"), Event: "sql_drop", Tags: []string{"DROP TABLE", "DROP INDEX"}, Function: name("f")})},
		{"ALTER EVENT TRIGGER a DISABLE", one(&op.SwitchEventTrigger{Name: name("a"), When: op.FiresNever})},
		{"ALTER EVENT TRIGGER a ENABLE ALWAYS", one(&op.SwitchEventTrigger{Name: name("a"), When: op.FiresAlways})},
		{"ALTER TABLE t DISABLE TRIGGER ALL", one(&op.SwitchTriggers{Table: name("t"), All: true, When: op.FiresNever})},
		{"ALTER TABLE t DISABLE TRIGGER USER", one(&op.SwitchTriggers{Table: name("t"), When: op.FiresNever})},
		{"ALTER TABLE t ENABLE TRIGGER a", one(&op.SwitchTriggers{Table: name("t"), Name: "a"})},
		{"ALTER TABLE t ENABLE REPLICA TRIGGER a", one(&op.SwitchTriggers{Table: name("t"), Name: "a", When: op.FiresInReplica})},
		{"ALTER TABLE t DISABLE RULE a", one(&op.SwitchTriggers{Table: name("t"), Name: "a", Rule: true, When: op.FiresNever})},
		{"SET session_replication_role = replica", one(&op.ReplicationRole{Replica: true})},
		{"SET LOCAL session_replication_role TO 'REPLICA'", one(&op.ReplicationRole{Replica: true, Local: true})},
		{"SET session_replication_role TO DEFAULT", one(&op.ReplicationRole{})},
		{"RESET session_replication_role", one(&op.ReplicationRole{})},
		{"SELECT set_config('session_replication_role', 'replica', true)", []op.Operation{
			&op.ReplicationRole{Replica: true, Local: true}, &op.Call{Function: name("set_config"), Perhaps: true, Arguments: make([]op.Argument, 3)}}},
		{"DROP FUNCTION f(int, text[]), g", []op.Operation{
			&op.Drop{Kind: op.Function, Word: "function", Name: name("f"), Overload: true,
				Arguments: []op.DataType{{Name: name("int4")}, {Name: name("text"), Array: true}}},
			&op.Drop{Kind: op.Function, Word: "function", Name: name("g")},
		}},
		{"MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (1)", one(&op.Merge{Table: name("t"), Inserts: true, On: op.Elsewhere{}})},
	} {
		checkOperations(t, tt.sql, tt.want)
	}
}

// TestRuleCommands holds the place of every command of a rule.
func TestRuleCommands(t *testing.T) {
	for _, tt := range []struct {
		sql                  string
		instead, conditional bool
		want                 []string
	}{
		{"CREATE RULE a AS ON DELETE TO t DO NOTHING", false, false, nil},
		{"CREATE RULE a AS ON DELETE TO t DO INSTEAD NOTHING", true, false, nil},
		{"CREATE RULE a AS ON INSERT TO t WHERE new.b > 0 DO ALSO DELETE FROM u WHERE (c = 1)", false, true, []string{"DELETE FROM u WHERE (c = 1)"}},
		{"CREATE RULE a AS ON UPDATE TO t DO INSTEAD (DELETE FROM u WHERE c IN (1) ; UPDATE w SET d = (1);)", true, false,
			[]string{"DELETE FROM u WHERE c IN (1)", "UPDATE w SET d = (1)"}},
		{"CREATE RULE a AS ON UPDATE TO t DO (DELETE FROM u)", false, false, []string{"DELETE FROM u"}},
		{"CREATE RULE a AS ON INSERT TO t DO INSTEAD INSERT INTO u VALUES (1) ON CONFLICT DO NOTHING", true, false,
			[]string{"INSERT INTO u VALUES (1) ON CONFLICT DO NOTHING"}},
	} {
		f, all := read(tt.sql)
		if all[0].Unread() {
			continue
		}
		o := all[0].Ops[0].Op.(*op.CreateRule)
		var got []string
		for _, at := range o.Ops {
			got = append(got, f.Text(at.Span))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || o.Instead != tt.instead || o.Conditional != tt.conditional || o.File != f {
			t.Errorf("%q: got %+v; commands (-want +got):\n%s", tt.sql, o, diff)
		}
	}
}
