package schematest_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schematest"
)

// objectScripts are what both sides run; each makes, changes and drops objects of
// a kind.
var objectScripts = []struct{ title, sql string }{
	{"views", users + `
		CREATE VIEW a AS SELECT id, name FROM users;
		CREATE VIEW b AS SELECT a.* FROM a JOIN users u USING (id);
		CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM b;
		CREATE VIEW c AS WITH users AS (SELECT 1 AS id) SELECT id FROM users;
		CREATE VIEW d AS SELECT 1 AS one;
		CREATE OR REPLACE VIEW d AS SELECT 1 AS one, (SELECT max(id) FROM users) AS two;
		CREATE VIEW "Odd name" AS SELECT n.nspname FROM pg_namespace n;`},
	{"view renamed, its table too", users + `
		CREATE VIEW a AS SELECT id FROM users; CREATE VIEW b AS SELECT id FROM a;
		ALTER VIEW a RENAME TO a2; ALTER TABLE users RENAME TO members; ALTER TABLE b RENAME TO b2;`},
	{"view and table in another schema", users + `
		CREATE SCHEMA s; CREATE VIEW a AS SELECT id FROM users; CREATE MATERIALIZED VIEW m AS SELECT id FROM a;
		ALTER VIEW a SET SCHEMA s; ALTER TABLE users SET SCHEMA s; ALTER MATERIALIZED VIEW m SET SCHEMA s; ALTER MATERIALIZED VIEW s.m RENAME TO m2;
		ALTER SCHEMA s RENAME TO t;`},
	{"view over a union, a subquery, a lateral join", users + `
		CREATE TABLE logs (user_id int, at timestamptz);
		CREATE VIEW a AS SELECT id FROM users UNION ALL SELECT user_id FROM logs;
		CREATE VIEW b AS SELECT u.id, l.n FROM users u, LATERAL (SELECT count(*) AS n FROM logs WHERE user_id = u.id) l;
		CREATE RECURSIVE VIEW r (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 5;
		CREATE VIEW c AS SELECT 1 AS a WHERE EXISTS (SELECT FROM logs);`},
	{"view dropped with its table", users + `
		CREATE VIEW a AS SELECT id FROM users; CREATE VIEW b AS SELECT id FROM a; CREATE VIEW c AS SELECT 1 AS one; DROP TABLE users CASCADE;`},
	{"view dropped with a column", users + `
		CREATE VIEW a AS SELECT id FROM users; CREATE VIEW b AS SELECT name FROM users; CREATE VIEW c AS SELECT * FROM users;
		CREATE VIEW d AS SELECT u.name AS x FROM users u; CREATE VIEW e AS SELECT count(*) FROM users WHERE length(name) > 3;
		CREATE VIEW f AS SELECT id FROM e, users; ALTER TABLE users DROP COLUMN name CASCADE;`},
	{"view dropped with a renamed column", users + `
		CREATE VIEW a AS SELECT name FROM users; CREATE VIEW b AS SELECT id FROM users;
		ALTER TABLE users RENAME COLUMN name TO title; ALTER TABLE users DROP COLUMN title CASCADE;`},
	{"view dropped with a view", users + `
		CREATE VIEW a AS SELECT id FROM users; CREATE VIEW b AS SELECT id FROM a; CREATE MATERIALIZED VIEW m AS SELECT id FROM b;
		CREATE TABLE keeps (v b, n int); DROP VIEW a CASCADE;`},
	{"view dropped with a function or a type", users + `
		CREATE TYPE mood AS ENUM ('sad'); CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
		CREATE VIEW a AS SELECT f(id) FROM users; CREATE VIEW b AS SELECT 'sad'::mood AS m; CREATE VIEW c AS SELECT id FROM users;
		DROP FUNCTION f CASCADE; DROP TYPE mood CASCADE;`},
	{"materialized view if not exists", users + `
		CREATE MATERIALIZED VIEW m AS SELECT id FROM users; CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 AS id; DROP VIEW IF EXISTS v;`},
	{"enum", `
		CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); ALTER TYPE mood ADD VALUE 'great'; ALTER TYPE mood ADD VALUE 'bad' BEFORE 'ok';
		ALTER TYPE mood ADD VALUE 'good' AFTER 'ok'; ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad'; ALTER TYPE mood RENAME VALUE 'ok' TO 'fair';
		CREATE TYPE empty AS ENUM (); CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a, b', 'c''d'); ALTER TYPE s.mood RENAME TO "Mood";`},
	{"enum replaced", `
		CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (m mood); ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('sad', 'ok');
		ALTER TABLE t ALTER COLUMN m TYPE mood USING m::text::mood; DROP TYPE mood_old;`},
	{"enum in a branch", `
		DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
		DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'level') THEN CREATE TYPE level AS ENUM ('low'); END IF; END $$;`},
	{"domain", `
		CREATE DOMAIN positive AS int NOT NULL CHECK (VALUE > 0); CREATE DOMAIN email AS varchar(320) CONSTRAINT has_at CHECK (VALUE ~ '@') DEFAULT 'a@b';
		ALTER DOMAIN positive ADD CHECK (VALUE < 100); ALTER DOMAIN positive DROP NOT NULL; ALTER DOMAIN email SET NOT NULL; ALTER DOMAIN email DROP DEFAULT;
		ALTER DOMAIN email RENAME CONSTRAINT has_at TO at_sign; ALTER DOMAIN positive DROP CONSTRAINT positive_check; CREATE DOMAIN prices AS numeric(10,2)[];
		CREATE DOMAIN over AS positive; ALTER DOMAIN positive RENAME TO above_zero; CREATE SCHEMA s; ALTER DOMAIN above_zero SET SCHEMA s;`},
	{"domain by the words of types", `
		CREATE DOMAIN a AS text; ALTER TYPE a RENAME TO b; CREATE DOMAIN c AS int; DROP TYPE c; CREATE DOMAIN d AS timestamp(3) with time zone;`},
	{"composite", `
		CREATE TYPE point3 AS (x float8, y float8, label varchar(10)); ALTER TYPE point3 ADD ATTRIBUTE z real; ALTER TYPE point3 DROP ATTRIBUTE label;
		ALTER TYPE point3 RENAME ATTRIBUTE x TO east; ALTER TYPE point3 ALTER ATTRIBUTE y TYPE numeric(8,3); CREATE TYPE box3 AS (a point3, b point3[]);
		CREATE TYPE nothing AS (); ALTER TYPE point3 RENAME TO point_in_space;`},
	{"typed table", `
		CREATE TYPE row_of AS (id int, name text); CREATE TABLE t OF row_of; ALTER TYPE row_of ADD ATTRIBUTE email text CASCADE;
		ALTER TYPE row_of DROP ATTRIBUTE name CASCADE; ALTER TYPE row_of RENAME ATTRIBUTE id TO key CASCADE;`},
	{"composite whose attribute's type goes", `
		CREATE TYPE mood AS ENUM ('sad'); CREATE TYPE pair AS (m mood, n int); CREATE TABLE t (p pair, q pair[]); DROP TYPE mood CASCADE;`},
	{"range", `
		CREATE TYPE float_range AS RANGE (subtype = float8); CREATE TYPE span AS RANGE (subtype = timestamptz, multirange_type_name = spans);
		CREATE DOMAIN working AS span; ALTER TYPE float_range RENAME TO floats;`},
	{"range whose function goes", `
		CREATE FUNCTION apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
		CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = apart); CREATE TABLE t (r fr, n int); DROP FUNCTION apart CASCADE;`},
	{"domains over what goes", `
		CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN a AS mood; CREATE DOMAIN b AS a; CREATE DOMAIN c AS mood[]; CREATE DOMAIN d AS text;
		CREATE FUNCTION f(b) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g() RETURNS SETOF c LANGUAGE sql AS 'SELECT NULL::c'; DROP TYPE mood CASCADE;`},
	{"type in the way of search_path", `
		CREATE SCHEMA a; CREATE SCHEMA b; CREATE TYPE a.mood AS ENUM ('x'); CREATE TYPE b.mood AS ENUM ('y'); SET search_path = b, a;
		CREATE TYPE pair AS (m mood); CREATE DOMAIN d AS mood; RESET search_path; DROP TYPE a.mood CASCADE;`},
	{"shell and base type", `
		CREATE TYPE blob2; CREATE FUNCTION blob2_in(cstring) RETURNS blob2 LANGUAGE internal IMMUTABLE STRICT AS 'textin';
		CREATE FUNCTION blob2_out(blob2) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
		CREATE TYPE blob2 (INPUT = blob2_in, OUTPUT = blob2_out); CREATE TYPE waits;`},
	{"base type whose function goes", `
		CREATE TYPE blob2; CREATE FUNCTION blob2_in(cstring) RETURNS blob2 LANGUAGE internal IMMUTABLE STRICT AS 'textin';
		CREATE FUNCTION blob2_out(blob2) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
		CREATE TYPE blob2 (INPUT = blob2_in, OUTPUT = blob2_out); CREATE DOMAIN d AS blob2; DROP FUNCTION blob2_in(cstring) CASCADE;`},
	{"functions", users + `
		CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'; CREATE FUNCTION f(a int, b text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE OR REPLACE FUNCTION f(a int, b text DEFAULT 'y') RETURNS int LANGUAGE sql AS 'SELECT 2'; CREATE FUNCTION o(IN a int, OUT b int, INOUT c text) LANGUAGE sql AS 'SELECT 1, $2';
		CREATE FUNCTION t(varchar(10)) RETURNS TABLE (a int, b text) LANGUAGE sql AS 'SELECT 1, $1'; CREATE FUNCTION v(VARIADIC a int[]) RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users';
		CREATE PROCEDURE p(a int, INOUT b timestamp) LANGUAGE plpgsql AS 'BEGIN END'; CREATE FUNCTION row_in(users) RETURNS users.name%TYPE LANGUAGE sql AS 'SELECT $1.name';
		CREATE FUNCTION atomic(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END; CREATE FUNCTION whatever(anyelement, "char", bit varying) RETURNS anyarray LANGUAGE sql AS 'SELECT ARRAY[$1]';`},
	{"functions renamed, moved and dropped", `
		CREATE SCHEMA s; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE FUNCTION h(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION h(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
		ALTER FUNCTION f() RENAME TO f2; ALTER FUNCTION g SET SCHEMA s; DROP FUNCTION h(int); DROP ROUTINE IF EXISTS nothing; DROP FUNCTION IF EXISTS f2(int);`},
	{"one overload renamed, one moved", `
		CREATE SCHEMA s; CREATE FUNCTION h(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION h(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE FUNCTION h(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION h(int) RENAME TO i; ALTER FUNCTION h(text) SET SCHEMA s;`},
	{"procedures with OUT parameters", `
		CREATE PROCEDURE p(a int, OUT b text) LANGUAGE plpgsql AS 'BEGIN END'; CREATE OR REPLACE PROCEDURE p(a int, OUT b text) LANGUAGE plpgsql AS 'BEGIN b := 1; END';
		CREATE PROCEDURE q(a int, OUT b text) LANGUAGE plpgsql AS 'BEGIN END'; CREATE PROCEDURE r(a int, OUT b text) LANGUAGE plpgsql AS 'BEGIN END';
		DROP PROCEDURE q(int); DROP PROCEDURE r(int, text); CREATE EXTENSION IF NOT EXISTS plpgsql;`},
	{"aggregates", `
		CREATE FUNCTION add(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2'; CREATE AGGREGATE total(int) (sfunc = add, stype = int, initcond = '0');
		CREATE AGGREGATE older (basetype = int, sfunc = add, stype = int); CREATE FUNCTION one(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE AGGREGATE counts(*) (sfunc = one, stype = int); DROP FUNCTION add CASCADE;`},
	{"functions of a dropped type or table", users + `
		CREATE TYPE mood AS ENUM ('sad'); CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE FUNCTION g() RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users'; DROP TYPE mood CASCADE; DROP TABLE users CASCADE;`},
	{"triggers", users + touch + `
		CREATE TRIGGER a BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch(); CREATE TRIGGER b AFTER INSERT OR DELETE ON users EXECUTE PROCEDURE touch();
		CREATE CONSTRAINT TRIGGER c AFTER UPDATE OF name ON users DEFERRABLE FOR EACH ROW EXECUTE FUNCTION touch(); CREATE TRIGGER d BEFORE TRUNCATE ON users EXECUTE FUNCTION touch();
		CREATE OR REPLACE TRIGGER b AFTER DELETE ON users EXECUTE FUNCTION touch(); ALTER TRIGGER a ON users RENAME TO a2; DROP TRIGGER d ON users;
		ALTER TABLE users DISABLE TRIGGER c; ALTER TABLE users RENAME TO members; ALTER FUNCTION touch RENAME TO touched;`},
	{"triggers of views", users + touch + `
		CREATE VIEW v AS SELECT * FROM users; CREATE TRIGGER a INSTEAD OF INSERT OR UPDATE ON v FOR EACH ROW EXECUTE FUNCTION touch();
		CREATE SCHEMA s; ALTER VIEW v SET SCHEMA s; ALTER FUNCTION touch SET SCHEMA s;`},
	{"triggers that go", users + touch + `
		CREATE TABLE logs (id int); CREATE TRIGGER a BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
		CREATE TRIGGER b BEFORE UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION touch(); DROP TABLE logs; CREATE TABLE logs (id int); DROP FUNCTION touch CASCADE;`},
	{"rules", users + `
		CREATE RULE a AS ON DELETE TO users DO INSTEAD NOTHING; CREATE RULE b AS ON INSERT TO users DO ALSO NOTIFY users; CREATE VIEW v AS SELECT * FROM users;
		CREATE RULE c AS ON UPDATE TO v DO INSTEAD UPDATE users SET name = NEW.name; ALTER RULE a ON users RENAME TO a2; DROP RULE b ON users; ALTER TABLE users DISABLE RULE a2;`},
	{"policies", users + `
		CREATE POLICY a ON users USING (true); CREATE POLICY "b c" ON users FOR SELECT TO PUBLIC USING (id > 0); CREATE POLICY d ON users FOR INSERT WITH CHECK (true);
		ALTER POLICY a ON users RENAME TO a2; ALTER POLICY d ON users WITH CHECK (false); DROP POLICY d ON users; ALTER TABLE users RENAME TO members;
		CREATE TABLE gone (id int); CREATE POLICY a ON gone USING (true); DROP TABLE gone;`},
	{"extensions", `
		CREATE SCHEMA s; CREATE EXTENSION citext; CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA s; CREATE EXTENSION hstore SCHEMA s; CREATE EXTENSION earthdistance CASCADE;
		CREATE EXTENSION "uuid-ossp"; DROP EXTENSION "uuid-ossp"; ALTER EXTENSION citext SET SCHEMA s; CREATE EXTENSION adminpack; ALTER SCHEMA s RENAME TO t;`},
	{"extension dropped with all", `
		CREATE EXTENSION citext; CREATE EXTENSION earthdistance CASCADE; CREATE DOMAIN email AS citext; CREATE TYPE pair AS (a citext, b int);
		CREATE FUNCTION f(citext) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (e email, c citext, p pair, n int); CREATE VIEW v AS SELECT c FROM t; CREATE VIEW w AS SELECT n FROM t;
		DROP EXTENSION citext CASCADE; DROP EXTENSION cube CASCADE;`},
	{"schema dropped with all", users + `
		CREATE SCHEMA s; CREATE EXTENSION citext WITH SCHEMA s; CREATE TYPE s.mood AS ENUM ('sad'); CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
		CREATE TABLE s.t (id int, m s.mood); CREATE VIEW v AS SELECT id FROM s.t; CREATE VIEW w AS SELECT id FROM users; CREATE DOMAIN d AS s.mood; CREATE DOMAIN e AS s.citext;
		CREATE TRIGGER a BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION s.f(); CREATE FUNCTION g(s.t) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP SCHEMA s CASCADE;`},
	{"event triggers", `
		CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER a ON ddl_command_start EXECUTE FUNCTION e();
		CREATE EVENT TRIGGER b ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION e(); ALTER EVENT TRIGGER a RENAME TO a2; ALTER EVENT TRIGGER b DISABLE;
		CREATE EVENT TRIGGER c ON table_rewrite EXECUTE FUNCTION e(); DROP EVENT TRIGGER c;`},
	{"collations", `
		CREATE COLLATION german (locale = 'C'); CREATE SCHEMA s; CREATE COLLATION s.french (locale = 'C'); ALTER COLLATION german RENAME TO deutsch;
		CREATE DOMAIN d AS text COLLATE deutsch; CREATE DOMAIN e AS text COLLATE s.french; DROP COLLATION deutsch CASCADE;`},
	{"grants", users + roles + `
		CREATE SCHEMA s; CREATE TABLE s.t (id int); CREATE VIEW s.v AS SELECT 1 AS one; CREATE SEQUENCE n; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
		GRANT SELECT, INSERT ON users TO reader; GRANT ALL ON users TO writer WITH GRANT OPTION; REVOKE DELETE, TRUNCATE ON users FROM writer;
		GRANT SELECT (id), UPDATE (name) ON users TO PUBLIC; GRANT USAGE ON SCHEMA s TO reader, writer; REVOKE USAGE ON SCHEMA s FROM writer; GRANT SELECT ON ALL TABLES IN SCHEMA s TO reader;
		GRANT USAGE ON SEQUENCE n TO reader; GRANT EXECUTE ON FUNCTION f() TO writer; ALTER TABLE users RENAME TO members; ALTER FUNCTION f RENAME TO g; ALTER SCHEMA s RENAME TO s2;`},
	{"grants taken away", users + roles + `
		GRANT SELECT ON users TO reader; GRANT ALL ON users TO writer; REVOKE ALL ON users FROM reader; DROP TABLE users; CREATE TABLE users (id int);
		GRANT SELECT ON users TO writer; DROP OWNED BY writer; GRANT reader TO writer;`},
	{"privileges by default", roles + `
		ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader; ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO writer;
		ALTER DEFAULT PRIVILEGES FOR ROLE reader GRANT ALL ON TABLES TO writer;
		CREATE TABLE t (id int); CREATE VIEW v AS SELECT 1 AS one; CREATE SEQUENCE n; CREATE SCHEMA s; CREATE TABLE s.t (id int);
		ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM reader; CREATE TABLE later (id int);`},
	{"search_path", `
		CREATE SCHEMA a; CREATE SCHEMA b; SET search_path = a, b; CREATE TYPE mood AS ENUM ('x'); CREATE VIEW v AS SELECT 1 AS one; CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
		SET search_path = b, a; CREATE VIEW w AS SELECT * FROM v; CREATE FUNCTION g(mood) RETURNS mood LANGUAGE sql AS 'SELECT $1'; CREATE EXTENSION citext; CREATE DOMAIN d AS mood;`},
}

const (
	users = "CREATE TABLE users (id int PRIMARY KEY, name text);"
	touch = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
	roles = "CREATE ROLE reader; CREATE ROLE writer;"
)

// TestObjects holds what Describe lists against what PostgreSQL has.
func TestObjects(t *testing.T) {
	server := pgtest.Start(t)
	for _, tt := range objectScripts {
		t.Run(tt.title, func(t *testing.T) {
			conn := server.Database(t)
			m := migration.Read(source.New("migrations/0001_init.sql", []byte(tt.sql)), "")
			ran, refused, err := schematest.RunStatements(t.Context(), conn, []*migration.Migration{m})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range refused {
				t.Errorf("the server refuses %s: %s", r.Statement, r.Message)
			}
			want, err := schematest.ObjectsIn(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, read(ran), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("objects (-PostgreSQL +dropgate):\n%s", diff)
			}
			for _, role := range []string{"reader", "writer"} { // they outlive the database
				if _, err := conn.Exec(t.Context(), "DO $$ BEGIN DROP OWNED BY "+role+"; DROP ROLE "+role+"; EXCEPTION WHEN undefined_object THEN NULL; END $$"); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// read lists the objects of all schemas that migrations build.
func read(all []*migration.Migration) []string {
	var lines []string
	for _, c := range analyzer.Schemas(analyzer.Options{}, all) {
		lines = append(lines, schematest.ObjectsOf(c.Describe())...)
	}
	slices.Sort(lines)
	return lines
}

var folder = flag.String("objects", "", "a folder of migrations to compare objects after")

// TestObjectsOfFolder runs a project's migrations on the server and prints where
// what is read from them differs: go test ./internal/schematest -run Folder -v -objects FOLDER.
func TestObjectsOfFolder(t *testing.T) {
	if *folder == "" {
		t.Skip("no -objects folder is given")
	}
	conn := pgtest.Start(t).Database(t)
	all := load(t, *folder)
	ran, refused, err := schematest.RunStatements(t.Context(), conn, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refused {
		t.Logf("%s:%d: refused: %s: %.80s", r.Path, r.Line, r.Message, strings.Join(strings.Fields(r.Statement), " "))
	}
	want, err := schematest.ObjectsIn(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	got := read(ran)
	equal := 0
	for _, line := range want {
		if slices.Contains(got, line) {
			equal++
			continue
		}
		t.Errorf("PostgreSQL: %s", line)
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("dropgate:   %s", line)
		}
	}
	kinds := map[string]int{}
	for _, line := range want {
		kinds[strings.Fields(line)[0]]++
	}
	t.Logf("%d migrations, %d statements refused, %d of %d objects equal %v", len(ran), len(refused), equal, len(want), fmt.Sprint(kinds))
}

// load reads the migrations of a folder, in the order in which they run.
func load(t *testing.T, root string) []*migration.Migration {
	t.Helper()
	var all []*migration.Migration
	var plans []*source.File
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !migration.IsCandidate(name) && !migration.IsPlan(name) {
			return err
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		if f := source.New(name, data); migration.IsPlan(name) {
			plans = append(plans, f)
		} else if m := migration.Read(f, ""); !m.Foreign() {
			all = append(all, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	migration.Recognise(plans, all)
	migration.Arrange(plans, all)
	slices.SortStableFunc(all, migration.Compare)
	return all
}
