package pgsql

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// childVariable makes the test binary a reader of its standard input, which may
// crash without taking the tests along.
const childVariable = "PGSQL_TEST_READ_STDIN"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		pgtest.Main(m)
		return
	}
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		os.Exit(3)
	}
	unread := 0
	_, all := read(string(data))
	for _, s := range all {
		if s.Unread() {
			unread++
		}
	}
	os.Stdout.WriteString(strconv.Itoa(len(all)) + " " + strconv.Itoa(unread))
}

// deep repeats the parts of a nest: before what is inside, and after it.
func deep(n int, start, before, inside, after string) string {
	return start + strings.Repeat(before, n) + inside + strings.Repeat(after, n)
}

// towers are statements whose parse tree is as high as they are long. Most of
// them killed the process or would without the guard; some try to look flat.
var towers = map[string]func(n int) string{
	"plus":                func(n int) string { return deep(n, "SELECT ", "", "1", " + 1") },
	"concatenation":       func(n int) string { return deep(n, "SELECT ", "", "'a'", " || 'b'") },
	"casts":               func(n int) string { return deep(n, "SELECT ", "", "1", "::int") },
	"joins":               func(n int) string { return deep(n, "SELECT * FROM ", "", "a", " JOIN b ON c AND d") },
	"joins to the right":  func(n int) string { return deep(n, "SELECT * FROM ", "a JOIN ", "b", " ON true") },
	"natural joins":       func(n int) string { return deep(n, "SELECT * FROM ", "", "a", " NATURAL JOIN b") },
	"unions":              func(n int) string { return deep(n, "", "", "SELECT 1, 2", " UNION ALL SELECT 1, 2") },
	"unions with AND":     func(n int) string { return deep(n, "", "", "SELECT 1", " EXCEPT SELECT 1 WHERE a AND b") },
	"NOT":                 func(n int) string { return deep(n, "SELECT ", "NOT ", "true", "") },
	"minus":               func(n int) string { return deep(n, "SELECT ", "- ", "1", "") },
	"signs in one run":    func(n int) string { return deep(n, "SELECT ", "+", "1", "") },
	"arrays":              func(n int) string { return deep(n, "SELECT ARRAY", "[", "1", "]") },
	"arrays with commas":  func(n int) string { return deep(n, "SELECT ARRAY", "[[1], ", "[1]", "]") },
	"parentheses":         func(n int) string { return deep(n, "SELECT ", "(", "1", ")") },
	"IN after IN":         func(n int) string { return deep(n, "SELECT ", "", "1", " IN (1)") },
	"IN in IN":            func(n int) string { return deep(n, "SELECT ", "1 IN (SELECT 1, ", "1", ")") },
	"LIKE ANY":            func(n int) string { return deep(n, "SELECT ", "", "a", " LIKE ANY (b)") },
	"OPERATOR":            func(n int) string { return deep(n, "SELECT ", "", "1", " OPERATOR(pg_catalog.+) 1") },
	"IS":                  func(n int) string { return deep(n, "SELECT ", "", "1", " IS NULL") },
	"COLLATE":             func(n int) string { return deep(n, "SELECT ", "", "a", ` COLLATE "C"`) },
	"AT TIME ZONE":        func(n int) string { return deep(n, "SELECT ", "", "a", " AT TIME ZONE 'UTC'") },
	"BETWEEN and NOT":     func(n int) string { return deep(n, "SELECT ", "a BETWEEN 1 AND NOT ", "b", "") },
	"CASE":                func(n int) string { return deep(n, "SELECT ", "CASE WHEN a AND ", "b", " THEN true END") },
	"CASE in ELSE":        func(n int) string { return deep(n, "SELECT ", "CASE WHEN a OR b THEN 1 ELSE ", "2", " END") },
	"CASE and a name end": func(n int) string { return deep(n, "SELECT ", "CASE WHEN a.end THEN ", "1", " END") },
	"names like keywords": func(n int) string { return deep(n, "SELECT ", "", "a.and", " + a.and") },
	"calls":               func(n int) string { return deep(n, "SELECT ", "f(1, ", "1", ")") },
	"GREATEST":            func(n int) string { return deep(n, "SELECT ", "greatest(1 + 1, ", "1", ")") },
	"subqueries":          func(n int) string { return deep(n, "SELECT ", "(SELECT 1, ", "1", ")") },
	"subqueries in FROM":  func(n int) string { return deep(n, "SELECT * FROM ", "a, (SELECT * FROM ", "b", ") c") },
	"EXISTS":              func(n int) string { return deep(n, "SELECT ", "EXISTS (SELECT 1 WHERE a AND ", "b", ")") },
	"WITH":                func(n int) string { return deep(n, "", "WITH a AS (", "SELECT 1", ") SELECT 1") },
	"WITH and its names":  func(n int) string { return deep(n, "", "WITH a AS (SELECT 1), b AS (", "SELECT 1", ") SELECT 1") },
	"VALUES":              func(n int) string { return deep(n, "", "(VALUES (1, ", "1", "))") },
	"open parentheses":    func(n int) string { return deep(n, "SELECT ", "(", "", "") },
	"open CASE":           func(n int) string { return deep(n, "SELECT ", "CASE ", "", "") },
	"nested comments":     func(n int) string { return deep(n, "SELECT 1", "/*", "", "*/") },
	"comments in one run": func(n int) string { return deep(n, "SELECT 1", "/**/", "", "") },
	"rows":                func(n int) string { return deep(n, "SELECT ", "(1, ", "1", ")") },
	"windows":             func(n int) string { return deep(n, "SELECT ", "sum(1) OVER (ORDER BY 1, ", "1", ")") },
	"JSON functions":      func(n int) string { return deep(n, "SELECT ", "JSON_VALUE(a, '$' PASSING ", "1", " AS b)") },
	"XML tables": func(n int) string {
		return deep(n, "SELECT * FROM ", "xmltable('a' passing (SELECT 1 FROM ", "b", ") columns c int)")
	},
	"grouping sets":   func(n int) string { return deep(n, "SELECT 1 GROUP BY ", "GROUPING SETS (", "a", ")") },
	"lateral":         func(n int) string { return deep(n, "SELECT * FROM ", "LATERAL (SELECT * FROM ", "b", ") c") },
	"OPERATOR before": func(n int) string { return deep(n, "SELECT ", "OPERATOR(pg_catalog.-) ", "a", "") },
	"IS JSON":         func(n int) string { return deep(n, "SELECT ", "", "a", " IS JSON") },
}

// flats are statements that repeat something without end, which the parser keeps
// as a list or reads in a loop.
var flats = map[string]func(n int) string{
	"fields":         func(n int) string { return deep(n, "SELECT ", "", "(a)", ".b") },
	"names":          func(n int) string { return deep(n, "SELECT ", "", "a", ".b") },
	"subscripts":     func(n int) string { return deep(n, "SELECT ", "", "a", "[1]") },
	"array types":    func(n int) string { return deep(n, "SELECT 1::int", "", "", "[]") },
	"type names":     func(n int) string { return deep(n, "CREATE TABLE a (b c", "", "", ".d") + ")" },
	"type modifiers": func(n int) string { return deep(n, "SELECT 1::a(1", "", "", ",1") + ")" },
	"AND and OR":     func(n int) string { return deep(n, "SELECT ", "", "a", " AND b OR c") },
	"actions":        func(n int) string { return deep(n, "ALTER TABLE a DROP b", "", "", ", DROP c") },
	"grants":         func(n int) string { return deep(n, "GRANT SELECT ON a TO b", "", "", ", c") },
	"BEGIN ATOMIC": func(n int) string {
		return deep(n, "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ", "", "", "SELECT 1;") + "END"
	},
	"MERGE branches":      func(n int) string { return deep(n, "MERGE INTO a USING b ON c", "", "", " WHEN MATCHED THEN DELETE") },
	"string continuation": func(n int) string { return deep(n, "SELECT 'a'", "", "", "\n'b'") },
	"defaults":            func(n int) string { return deep(n, "CREATE TABLE a (b int", "", "", " DEFAULT 1") + ")" },
	"comments":            func(n int) string { return deep(n, "SELECT 1", "/* ", "", " */") },
}

// TestFlatsAreRead holds that they are read, with a stack of 1 MB.
func TestFlatsAreRead(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatalf("a shell is needed to set the stack's limit: %v", err)
	}
	for name, flat := range flats {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sql := "DROP TABLE a;" + flat(50_000) + ";DROP TABLE b"
			if got := readInChild(t, sql, shell, "-c", `ulimit -s 1024 && exec "$0"`); got != "3 0" {
				t.Errorf("got %q statements and unread ones, want 3 0", got)
			}
		})
	}
}

// TestTowersAreUnread holds that what would overflow the parser's stack ends as
// an unread statement, which hides no neighbour. Each is read by a process of
// its own: a crash in C cannot be caught.
func TestTowersAreUnread(t *testing.T) {
	for name, tower := range towers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sql := "DROP TABLE a;\n" + tower(60_000) + "\n;DROP TABLE b"
			_, all := read("DROP TABLE a;" + tower(3) + ";DROP TABLE b")
			if open := strings.HasPrefix(name, "open"); !open && len(all) != 3 {
				t.Errorf("a low one gives %d statements, want 3", len(all))
			}
			if got := readInChild(t, sql); got != "3 1" {
				t.Errorf("got %q statements and unread ones, want 3 1", got)
			}
		})
	}
}

// TestTowersUnderTheLimit holds that what the guard lets pass needs no more than
// a part of the smallest stack that a thread gets.
func TestTowersUnderTheLimit(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatalf("a shell is needed to set the stack's limit: %v", err)
	}
	for name, tower := range towers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			highest := sort.Search(3000, func(n int) bool {
				data := []byte(tower(n + 1))
				all := source.Span{End: len(data)}
				return guard(data, all, tokens(data, all)) != nil
			})
			readInChild(t, tower(highest), shell, "-c", `ulimit -s 1024 && exec "$0"`)
		})
	}
}

// readInChild reads the SQL in another process, which a command may start.
func readInChild(t *testing.T, sql string, command ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command = append(command, self)
	child := exec.Command(command[0], command[1:]...)
	child.Env = append(os.Environ(), childVariable+"=1")
	child.Stdin = strings.NewReader(sql)
	var stderr bytes.Buffer
	child.Stderr = &stderr
	out, err := child.Output()
	if err != nil {
		t.Fatalf("the reader died: %v: %.200s", err, stderr.String())
	}
	return string(out)
}
