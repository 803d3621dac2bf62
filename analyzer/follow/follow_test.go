package follow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// read returns the operations of SQL.
// statement returns a statement of the file that asks for the operations.
func statement(f *source.File, ops []op.At) follow.Statement {
	return follow.Statement{Statement: pgsql.Statement{Ops: ops}, File: f}
}

func read(t *testing.T, sql string) (*source.File, []op.At) {
	t.Helper()
	f := source.New("a.sql", []byte(sql))
	var all []op.At
	for _, s := range pgsql.Read(f, f.All(), pgsql.Options{}) {
		if s.Unread() {
			t.Fatalf("cannot read %q", f.Text(s.Span))
		}
		all = append(all, s.Ops...)
	}
	return f, all
}

// world returns the schema after a history.
func world(t *testing.T, history string) *catalog.Catalog {
	t.Helper()
	c := catalog.New()
	c.BeginMigration()
	_, all := read(t, history)
	for _, at := range all {
		c.Apply(at.Op)
	}
	c.CountMigration(0)
	c.BeginChange()
	return c
}

// ops returns a step that runs SQL.
func ops(t *testing.T, sql string) op.Step {
	_, all := read(t, sql)
	return &op.Run{Ops: all}
}

func constant(s string) op.Piece   { return op.Piece{Constant: s} }
func variable(s string) op.Piece   { return op.Piece{Variable: s} }
func name(s string) op.Piece       { return op.Piece{Variable: s, Quoting: op.QuotedAsName} }
func literal(s string) op.Piece    { return op.Piece{Variable: s, Quoting: op.QuotedAsLiteral} }
func text(all ...op.Piece) op.Text { return all }

func assign(variable string, all ...op.Text) op.Step {
	return &op.Assign{Variable: variable, Value: all}
}

func execute(all ...op.Piece) op.Step {
	return &op.Run{Ops: []op.At{{Op: &op.Dynamic{By: "EXECUTE", Text: op.Texts{all}}}}}
}

func call(function string, arguments ...op.Argument) op.Step {
	return &op.Run{Ops: []op.At{{Op: &op.Call{Function: op.Name{Name: function}, Arguments: arguments}}}}
}

func given(name string, all ...op.Text) op.Argument { return op.Argument{Name: name, Value: all} }

func body(steps ...op.Step) *op.Body {
	return &op.Body{File: source.New("body.sql", nil), Steps: steps}
}

func function(name string, parameters []op.Parameter, steps ...op.Step) *op.CreateFunction {
	f := &op.CreateFunction{Name: op.Name{Name: name}, Language: "plpgsql", Body: body(steps...)}
	f.Body.Parameters = parameters
	for _, p := range parameters {
		f.Arguments = append(f.Arguments, p.Type)
	}
	return f
}

func parameter(name, typ string) op.Parameter {
	return op.Parameter{Name: name, Type: op.DataType{Name: op.Name{Name: typ}}}
}

// effects follows operations and says what they come to, a line each.
func effects(c *catalog.Catalog, file *source.File, all []op.At) []string {
	var got []string
	for e := range follow.New().Statement(c, statement(file, all)) {
		got = append(got, say(e))
		e.Apply(c)
	}
	return got
}

// say is an effect in short.
func say(e follow.Effect) string {
	var s string
	switch o := e.Op.(type) {
	case *op.Drop:
		s = fmt.Sprintf("drop %s %s", o.Kind, o.Name)
	case *op.DropColumn:
		s = fmt.Sprintf("drop column %s.%s", o.Table, o.Column)
	case *op.Delete:
		s = fmt.Sprintf("delete %s %T", o.Table, o.Where)
	case *op.Update:
		s = fmt.Sprintf("update %s %T", o.Table, o.Where)
	case *op.Truncate:
		s = fmt.Sprintf("truncate %s", o.Table)
	case *op.Insert:
		s = fmt.Sprintf("insert %s", o.Table)
	case *op.RunTime:
		s = "run time: " + o.What
		if o.Wide {
			s = "wide " + s
		}
	case *op.Unread:
		s = "unread: " + o.Message
	case *op.Call:
		s = fmt.Sprintf("call %s", o.Function)
	case *op.CreateTable:
		s = fmt.Sprintf("create %s", o.Name)
	default:
		s = strings.TrimPrefix(fmt.Sprintf("%T", o), "*op.")
	}
	for _, w := range e.Through {
		if w.What != "" {
			s += " < " + w.What
		}
	}
	if e.Open {
		s += " open"
	}
	if e.Perhaps {
		s += " perhaps"
	}
	return s
}

// TestBodies holds what bodies come to.
func TestBodies(t *testing.T) {
	const users = "CREATE TABLE users (id int PRIMARY KEY, v text);"
	for _, tt := range []struct {
		title string
		steps []op.Step
		want  []string
	}{
		{"statements", []op.Step{ops(t, "DELETE FROM users; COMMIT; DROP TABLE users")}, []string{"delete users <nil>", "drop table users"}},
		{"a branch", []op.Step{&op.Choice{Branches: [][]op.Step{{ops(t, "DROP TABLE a")}, {ops(t, "DROP TABLE b")}}}},
			[]string{"drop table a perhaps", "drop table b perhaps"}},
		{"a constant text", []op.Step{execute(constant("DROP TABLE users; DROP VIEW v"))},
			[]string{"drop table users < EXECUTE", "drop view v < EXECUTE"}},
		{"a text that is put together", []op.Step{assign("t", text(constant("users"))), execute(constant("DROP TABLE "), name("t"))},
			[]string{"drop table users < EXECUTE"}},
		{"a name that needs quotes", []op.Step{assign("t", text(constant(`a"b`))), execute(constant("DROP TABLE "), name("t"))},
			[]string{`drop table a"b < EXECUTE`}},
		{"one of several texts", []op.Step{assign("t", text(constant("a")), text(constant("b"))), execute(constant("DROP TABLE "), variable("t"))},
			[]string{"drop table a < EXECUTE perhaps", "drop table b < EXECUTE perhaps"}},
		{"a branch decides", []op.Step{
			assign("t", text(constant("a"))),
			&op.Choice{Branches: [][]op.Step{{assign("t", text(constant("b")))}}},
			execute(constant("DROP TABLE "), variable("t")),
		}, []string{"drop table a < EXECUTE perhaps", "drop table b < EXECUTE perhaps"}},
		{"a branch that always runs", []op.Step{
			assign("t", text(constant("a"))),
			&op.Choice{Always: true, Branches: [][]op.Step{{assign("t", text(constant("b")))}, {assign("t", text(constant("c")))}}},
			execute(constant("DROP TABLE "), variable("t")),
		}, []string{"drop table b < EXECUTE perhaps", "drop table c < EXECUTE perhaps"}},
		{"a loop over constants", []op.Step{&op.Loop{Steps: []op.Step{
			assign("t", text(constant("a")), text(constant("b"))), execute(constant("DROP TABLE "), variable("t")),
		}}}, []string{"drop table a < EXECUTE perhaps", "drop table b < EXECUTE perhaps"}},
		{"a loop that carries a value to its next turn", []op.Step{
			assign("t", text(constant("a"))),
			&op.Loop{Steps: []op.Step{execute(constant("DROP TABLE "), variable("t")), assign("t", text(constant("b")))}},
		}, []string{"drop table a < EXECUTE perhaps", "drop table b < EXECUTE perhaps"}},
		{"a loop that makes a text longer", []op.Step{
			assign("t", text(constant("DROP TABLE a"))),
			&op.Loop{Steps: []op.Step{assign("t", text(variable("t"), constant(", b")))}},
			execute(variable("t")),
		}, []string{"run time: EXECUTE of a text that is not known"}},
		{"replaced", []op.Step{
			assign("t", text(constant("DROP x y; TRUNCATE xs"))),
			assign("t", text(op.Piece{Replaced: &op.Replacement{
				In: op.Texts{{variable("t")}}, Old: op.Texts{{constant("x")}}, New: op.Texts{{constant("TABLE")}}}})),
			execute(variable("t")),
		}, []string{"drop table y < EXECUTE", "truncate tables < EXECUTE"}},
		{"replaced by what is not known", []op.Step{
			execute(op.Piece{Replaced: &op.Replacement{
				In: op.Texts{{constant("DROP TABLE x_y")}}, Old: op.Texts{{constant("x")}}, New: op.Texts{{variable("t")}}}}),
		}, []string{"drop table ·_y < EXECUTE open"}},
		{"a literal with a backslash", []op.Step{
			assign("t", text(constant(`a\'b`))), execute(constant("COMMENT ON TABLE users IS"), literal("t"), constant("; DROP TABLE users")),
		}, []string{"drop table users < EXECUTE"}},
		{"nothing is known", []op.Step{execute(variable("t"))}, []string{"run time: EXECUTE of a text that is not known"}},
		{"the name is not known", []op.Step{execute(constant("DROP TABLE "), name("t"), constant(" CASCADE"))},
			[]string{`run time: EXECUTE of a text that begins with "DROP TABLE"`}},
		{"it is of the system catalogs", []op.Step{execute(constant("DROP TABLE "), op.Piece{Catalog: true, Quoting: op.QuotedAsName})},
			[]string{`wide run time: EXECUTE of a text that begins with "DROP TABLE"`}},
		{"a variable has it of the system catalogs", []op.Step{assign("t", text(op.Piece{Catalog: true})), execute(constant("TRUNCATE "), variable("t"))},
			[]string{`wide run time: EXECUTE of a text that begins with "TRUNCATE"`}},
		{"a part of the name is known", []op.Step{execute(constant("DROP TABLE backup_"), variable("t"))},
			[]string{"drop table backup_· < EXECUTE open"}},
		{"the schema is not known", []op.Step{execute(constant("DROP TABLE "), name("s"), constant(".users"))},
			[]string{"drop table ·.users < EXECUTE open"}},
		{"the column is not known", []op.Step{execute(constant("ALTER TABLE users DROP COLUMN "), name("c"))},
			[]string{`run time: EXECUTE of a text that begins with "ALTER TABLE users DROP COLUMN"`}},
		{"it takes nothing", []op.Step{
			execute(constant("DROP INDEX "), name("t")), execute(constant("COMMENT ON TABLE "), name("t"), constant(" IS "), literal("x")),
			execute(constant("ALTER SEQUENCE s RESTART WITH "), variable("n")), execute(constant("GRANT ALL ON "), name("t"), constant(" TO x")),
			execute(constant("UPDATE "), name("t"), constant(" SET a = coalesce(a, 1)")),
		}, []string{"Grant < EXECUTE open", "update · <nil> < EXECUTE open"}},
		{"a clause is not known", []op.Step{execute(constant("DELETE FROM users "), variable("w"), constant(" = 1"))},
			[]string{`run time: EXECUTE of a text that begins with "DELETE FROM users"`}},
		{"a clause of what takes nothing is not known", []op.Step{execute(constant("CREATE TABLE x ("), variable("w"), constant(")"))},
			[]string{"Hidden < EXECUTE open"}},
		{"a second statement behind what is not known", []op.Step{execute(constant("CREATE TABLE x ("), variable("w"), constant("); DROP TABLE users"))},
			[]string{"Hidden < EXECUTE open", "drop table users < EXECUTE open"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			got := effects(world(t, users), source.New("a.sql", nil), []op.At{{Op: &op.Block{Body: body(tt.steps...)}}})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCalls holds which functions a call comes to, and with what arguments.
func TestCalls(t *testing.T) {
	drop := execute(constant("DROP TABLE "), name("t"))
	for _, tt := range []struct {
		title     string
		functions []*op.CreateFunction
		call      op.Step
		want      []string
	}{
		{"unknown", nil, call("f"), []string{"call f"}},
		{"by its place", []*op.CreateFunction{function("f", []op.Parameter{parameter("x", "int4"), parameter("t", "text")}, drop)},
			call("f", given(""), given("", text(constant("users")))), []string{"drop table users < function public.f < EXECUTE"}},
		{"by its name", []*op.CreateFunction{function("f", []op.Parameter{parameter("x", "int4"), parameter("t", "text")}, drop)},
			call("f", given("t", text(constant("users"))), given("x")), []string{"drop table users < function public.f < EXECUTE"}},
		{"by its default", []*op.CreateFunction{function("f", []op.Parameter{{Name: "t", Default: op.Texts{text(constant("users"))}}}, drop)},
			call("f"), []string{"drop table users < function public.f < EXECUTE"}},
		{"by $1", []*op.CreateFunction{function("f", []op.Parameter{{Type: op.DataType{}}}, execute(constant("DROP TABLE "), name("$1")))},
			call("f", given("", text(constant("users")))), []string{"drop table users < function public.f < EXECUTE"}},
		{"behind an output parameter", []*op.CreateFunction{function("f", []op.Parameter{{Name: "o", Output: true}, parameter("t", "text")}, drop)},
			call("f", given("", text(constant("users")))), []string{"drop table users < function public.f < EXECUTE"}},
		{"more than there are parameters", []*op.CreateFunction{function("f", []op.Parameter{parameter("t", "text")}, drop)},
			call("f", given("", text(constant("a"))), given("", text(constant("b")))),
			[]string{"drop table a < function public.f < EXECUTE perhaps", "drop table b < function public.f < EXECUTE perhaps"}},
		{"of as many parameters", []*op.CreateFunction{
			function("f", []op.Parameter{parameter("t", "text")}, ops(t, "TRUNCATE one")),
			function("f", []op.Parameter{parameter("t", "text"), parameter("u", "text")}, ops(t, "TRUNCATE two")),
		}, call("f", given("")), []string{"truncate one < function public.f"}},
		{"of as many parameters of other types", []*op.CreateFunction{
			function("f", []op.Parameter{parameter("t", "text")}, ops(t, "TRUNCATE one")),
			function("f", []op.Parameter{parameter("t", "int4")}, ops(t, "TRUNCATE two")),
		}, call("f", given("")), []string{"truncate one < function public.f open perhaps", "truncate two < function public.f open perhaps"}},
		{"replaced", []*op.CreateFunction{
			function("f", []op.Parameter{parameter("t", "text")}, ops(t, "TRUNCATE one")),
			function("f", []op.Parameter{parameter("t", "text")}, ops(t, "TRUNCATE two")),
		}, call("f", given("")), []string{"truncate two < function public.f"}},
		{"one that cannot be read", []*op.CreateFunction{{Name: op.Name{Name: "f"}, Language: "c"}}, call("f"), []string{"call f"}},
		{"through another", []*op.CreateFunction{function("f", nil, call("g")), function("g", nil, ops(t, "TRUNCATE one"))},
			call("f"), []string{"truncate one < function public.f < function public.g"}},
		{"itself", []*op.CreateFunction{function("f", nil, call("f"), ops(t, "TRUNCATE one"))}, call("f"), []string{"truncate one < function public.f"}},
		{"twice", []*op.CreateFunction{function("f", nil, ops(t, "TRUNCATE one"))},
			&op.Run{Ops: []op.At{{Op: &op.Call{Function: op.Name{Name: "f"}}}, {Op: &op.Call{Function: op.Name{Name: "f"}}}}},
			[]string{"truncate one < function public.f", "truncate one < function public.f"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			c := world(t, "CREATE TABLE users (id int)")
			for _, f := range tt.functions {
				c.Apply(f)
			}
			got := effects(c, source.New("a.sql", nil), tt.call.(*op.Run).Ops)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
		})
	}
}

// TestItselfWithMore holds that a function that calls itself with ever longer
// arguments comes to an end.
func TestItselfWithMore(t *testing.T) {
	c := world(t, "")
	c.Apply(function("f", []op.Parameter{parameter("t", "text")},
		execute(constant("DROP TABLE "), name("t")), call("f", given("", text(variable("t"), constant("a"))))))
	got := effects(c, source.New("a.sql", nil), call("f", given("", text(constant("a")))).(*op.Run).Ops)
	want := []string{"drop table a", "drop table aa", "drop table aaa", "run time: EXECUTE of a text that begins with \"DROP TABLE\""}
	for i := range got {
		got[i], _, _ = strings.Cut(got[i], " <")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
}

// TestBounds holds that what is too much to follow is said.
func TestBounds(t *testing.T) {
	c := world(t, "")
	for i := range 40 { // each calls the next twice
		c.Apply(function(fmt.Sprint("f", i), nil, call(fmt.Sprint("f", i+1)), call(fmt.Sprint("f", i+1))))
	}
	c.Apply(function("f40", nil, ops(t, "INSERT INTO a VALUES (1)")))
	got := effects(c, source.New("a.sql", nil), call("f0").(*op.Run).Ops)
	if last := got[len(got)-1]; !strings.HasPrefix(last, "run time: more statements than can be followed") {
		t.Errorf("got %d effects and %q at the end, want a bound", len(got), last)
	}
	for i := range 200 {
		c.Apply(function(fmt.Sprint("g", i), nil, call(fmt.Sprint("g", i+1))))
	}
	got = effects(c, source.New("a.sql", nil), call("g0").(*op.Run).Ops)
	if len(got) != 1 || !strings.HasPrefix(got[0], "run time: functions or triggers that set off one another") {
		t.Errorf("got %q, want a bound", got)
	}
}

// TestMatches holds what a condition on a variable comes to.
func TestMatches(t *testing.T) {
	deletes := &op.Run{Ops: []op.At{{Op: &op.Delete{Table: op.Name{Name: "users"}, Where: op.And{op.Matches{Column: "id", Variable: "v"}}}}}}
	for _, tt := range []struct {
		title string
		steps []op.Step
		want  op.Condition
	}{
		{"a constant", []op.Step{assign("v", text(constant("1")), text(constant("2"))), deletes}, op.Equals{Column: "id"}},
		{"of a query", []op.Step{assign("v", text(op.Piece{})), deletes}, op.Elsewhere{}},
		{"not assigned", []op.Step{deletes}, op.Own{Columns: []string{"id"}}},
	} {
		for e := range follow.New().Statement(world(t, ""), statement(source.New("a.sql", nil), []op.At{{Op: &op.Block{Body: body(tt.steps...)}}})) {
			if diff := cmp.Diff(op.And{tt.want}, e.Op.(*op.Delete).Where); diff != "" {
				t.Errorf("%s: condition (-want +got):\n%s", tt.title, diff)
			}
		}
	}
	if diff := cmp.Diff(op.And{op.Matches{Column: "id", Variable: "v"}}, deletes.Ops[0].Op.(*op.Delete).Where); diff != "" {
		t.Errorf("the operation itself changed (-want +got):\n%s", diff)
	}
}

// TestPlaces holds where the text of an effect stands.
func TestPlaces(t *testing.T) {
	f := source.New("a.sql", []byte(`EXECUTE 'DROP TABLE users';`))
	in := source.Span{Start: 9, End: 25}
	whole := source.Span{End: 26}
	for _, tt := range []struct {
		title string
		piece op.Piece
		want  source.Span
	}{
		{"as it stands", op.Piece{Constant: "DROP TABLE users", Span: in}, in},
		{"not byte for byte", op.Piece{Constant: "DROP TABLE users"}, whole},
		{"a span that does not agree", op.Piece{Constant: "DROP TABLE other", Span: in}, whole},
	} {
		at := op.At{Span: whole, Op: &op.Dynamic{By: "EXECUTE", Text: op.Texts{{tt.piece}}}}
		n := 0
		for e := range follow.New().Statement(world(t, ""), statement(f, []op.At{at})) {
			if n++; e.Span != tt.want || e.File != f || e.Through[0].Span != whole {
				t.Errorf("%s: got %v, want %v", tt.title, e.Span, tt.want)
			}
		}
		if n != 1 {
			t.Errorf("%s: got %d effects, want one", tt.title, n)
		}
	}
}

// TestFires holds what operations on rows set off.
func TestFires(t *testing.T) {
	const (
		users = "CREATE TABLE users (id int PRIMARY KEY, v text); CREATE TABLE log (id int);"
		after = "CREATE TRIGGER tr AFTER INSERT OR UPDATE OF v OR DELETE OR TRUNCATE ON users FOR EACH ROW EXECUTE FUNCTION f();"
		fired = "truncate log < trigger tr on public.users < function public.f perhaps"
	)
	for _, tt := range []struct {
		title, history, change string
		want                   []string
	}{
		{"insert", users + after, "INSERT INTO users VALUES (1)", []string{"insert users", fired}},
		{"copy", users + after, "COPY users FROM 'x'", []string{"insert users", fired}},
		{"update of the column", users + after, "UPDATE users SET v = 'x'", []string{"update users <nil>", fired}},
		{"update of another column", users + after, "UPDATE users SET id = 1", []string{"update users <nil>"}},
		{"delete", users + after, "DELETE FROM users", []string{"delete users <nil>", fired}},
		{"truncate", users + after, "TRUNCATE users", []string{"truncate users", fired}},
		{"no such row", users + after, "DELETE FROM users WHERE false", []string{"delete users op.Never"}},
		{"dropped", users + after + "DROP TRIGGER tr ON users", "INSERT INTO users VALUES (1)", []string{"insert users"}},
		{"switched off", users + after + "ALTER TABLE users DISABLE TRIGGER tr", "INSERT INTO users VALUES (1)", []string{"insert users"}},
		{"all switched off", users + after + "ALTER TABLE users DISABLE TRIGGER ALL", "INSERT INTO users VALUES (1)", []string{"insert users"}},
		{"in a replica", users + after, "SET session_replication_role = replica; INSERT INTO users VALUES (1)", []string{"ReplicationRole", "insert users"}},
		{"always", users + after + "ALTER TABLE users ENABLE ALWAYS TRIGGER tr", "SET session_replication_role = replica; INSERT INTO users VALUES (1)",
			[]string{"ReplicationRole", "insert users", fired}},
		{"in a replica until the end of the transaction", users + after,
			"BEGIN; SET LOCAL session_replication_role = replica; COMMIT; INSERT INTO users VALUES (1)",
			[]string{"Transaction", "ReplicationRole", "Transaction", "insert users", fired}},
		{"of a table that was renamed", users + after + "ALTER TABLE users RENAME TO people", "INSERT INTO people VALUES (1)",
			[]string{"insert people", "truncate log < trigger tr on public.people < function public.f perhaps"}},
		{"of the parent", users + "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p DEFAULT; CREATE TRIGGER tr AFTER DELETE ON p FOR EACH ROW EXECUTE FUNCTION f()",
			"DELETE FROM c", []string{"delete c <nil>", "truncate log < trigger tr on public.p < function public.f perhaps"}},
		{"of the parent's statements", users + "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p DEFAULT; CREATE TRIGGER tr AFTER DELETE ON p EXECUTE FUNCTION f()",
			"DELETE FROM c", []string{"delete c <nil>"}},
		{"of rows that go along", users + "CREATE TABLE o (u int REFERENCES users ON DELETE CASCADE); CREATE TRIGGER tr AFTER DELETE ON o EXECUTE FUNCTION f()",
			"DELETE FROM users", []string{"delete users <nil>", "truncate log < trigger tr on public.o < function public.f perhaps"}},
		{"not known", users + "CREATE TRIGGER tr AFTER DELETE ON users EXECUTE FUNCTION ghost()", "DELETE FROM users",
			[]string{"delete users <nil>", "call public.ghost < trigger tr on public.users perhaps"}},
		{"PostgreSQL's own", users + "CREATE TRIGGER tr BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", "UPDATE users SET v = 'x'",
			[]string{"update users <nil>"}},
		{"a rule", users + "CREATE RULE r AS ON DELETE TO users DO DELETE FROM log", "DELETE FROM users",
			[]string{"delete public.log <nil> < rule r on users perhaps", "delete users <nil>"}},
		{"a rule instead", users + "CREATE RULE r AS ON DELETE TO users DO INSTEAD NOTHING", "DELETE FROM users", nil},
		{"a rule instead for some rows", users + "CREATE RULE r AS ON DELETE TO users WHERE old.id = 1 DO INSTEAD NOTHING", "DELETE FROM users", []string{"delete users <nil>"}},
		{"a rule that is switched off", users + "CREATE RULE r AS ON DELETE TO users DO INSTEAD NOTHING; ALTER TABLE users DISABLE RULE r", "DELETE FROM users", []string{"delete users <nil>"}},
		{"a rule on itself", users + "CREATE RULE r AS ON DELETE TO users DO DELETE FROM users WHERE id = 1", "DELETE FROM users",
			[]string{"delete public.users op.Equals < rule r on users perhaps", "delete users <nil>"}},
		{"a view", users + "CREATE VIEW v AS SELECT * FROM users; CREATE VIEW w AS SELECT * FROM v", "DELETE FROM w WHERE id = 1",
			[]string{"delete public.users op.Equals < view public.w < view public.v"}},
		{"a view of a table that was renamed", users + "CREATE VIEW v AS SELECT * FROM users; ALTER TABLE users RENAME TO people", "DELETE FROM v",
			[]string{"delete public.people <nil> < view public.v"}},
		{"a view with a trigger", users + "CREATE VIEW v AS SELECT * FROM users; CREATE TRIGGER tr INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION f()", "DELETE FROM v",
			[]string{"truncate log < trigger tr on public.v < function public.f perhaps"}},
		{"an event trigger", users + "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()", "CREATE INDEX ON users (v); DROP VIEW v",
			[]string{"CreateIndex", "drop view v", "truncate log < event trigger e < function public.f perhaps"}},
		{"an event trigger on another command", users + "CREATE EVENT TRIGGER e ON ddl_command_end WHEN tag IN ('CREATE TABLE') EXECUTE FUNCTION f()", "DROP VIEW v",
			[]string{"drop view v"}},
		{"an event trigger that is switched off", users + "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f(); ALTER EVENT TRIGGER e DISABLE", "DROP VIEW v",
			[]string{"drop view v"}},
		{"prepared", users, "PREPARE p AS DELETE FROM users; EXECUTE p", []string{"Prepare", "delete users <nil> < EXECUTE p"}},
		{"not prepared", users, "EXECUTE p", []string{"run time: EXECUTE p, which this file does not prepare"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			c := world(t, tt.history)
			c.Apply(function("f", nil, ops(t, "TRUNCATE log")))
			file, all := read(t, tt.change)
			if diff := cmp.Diff(tt.want, effects(c, file, all)); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInline holds that files come in where psql brings them in.
func TestInline(t *testing.T) {
	files := map[string]*source.File{}
	for path, text := range map[string]string{
		"top.sql": "SELECT 1", "db/near.sql": "SELECT 2;", "db/twice.sql": "SELECT 3; SELECT 4", "db/sub/deep.sql": "SELECT 5",
	} {
		files[path] = source.New(path, []byte(text))
	}
	f := source.New("db/a.sql", []byte(`x`))
	for _, tt := range []struct {
		include *op.Include
		want    []string
	}{
		{&op.Include{Path: "top.sql"}, []string{"SELECT 1"}},
		{&op.Include{Path: "db/near.sql"}, []string{"SELECT 2"}},
		{&op.Include{Path: "near.sql"}, []string{"SELECT 2"}},
		{&op.Include{Path: "./sub/../twice.sql", Relative: true}, []string{"SELECT 3", "SELECT 4"}},
		{&op.Include{Path: "top.sql", Relative: true}, []string{`\ir top.sql: the file is not in the repository`}},
		{&op.Include{Path: "../top.sql", Relative: true}, []string{"SELECT 1"}},
		{&op.Include{Path: "/top.sql"}, []string{`\i /top.sql: the file is not in the repository`}},
		{&op.Include{Path: "a.sql"}, []string{`\i a.sql: the file includes itself`}},
		{&op.Include{Path: op.OpenMark + ".sql"}, []string{`\i ·.sql: which file it is, is only known at run time`}},
	} {
		files["db/a.sql"] = f
		var got []string
		for _, s := range follow.Inline(files, f, []pgsql.Statement{{Ops: []op.At{{Op: tt.include}}}}) {
			switch {
			case s.Unread():
				got = append(got, s.Ops[0].Op.(*op.Unread).Message)
			case s.File != f: // the include itself has no operation any more
				got = append(got, s.File.Text(s.Span))
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.include, diff)
		}
	}
}
