package analyzer_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/rules"
)

var collected = time.Date(2026, 8, 1, 3, 0, 0, 0, time.UTC)

const (
	mega = 1_000_000
	gig  = 1 << 30
)

// sizes are those of a few tables, read a day after they were collected.
func sizes(tables map[string]analyzer.TableSize) *analyzer.Sizes {
	s := &analyzer.Sizes{CollectedAt: collected, Now: collected.Add(24 * time.Hour), Tables: map[op.Name]analyzer.TableSize{}}
	for name, size := range tables {
		schema, table, _ := strings.Cut(name, ".")
		s.Tables[op.Name{Schema: schema, Name: table}] = size
	}
	return s
}

func size(rows, bytes int64, partOf ...string) analyzer.TableSize {
	t := analyzer.TableSize{Rows: &rows, Bytes: bytes}
	for _, name := range partOf {
		t.PartOf = append(t.PartOf, op.Name{Schema: "public", Name: name})
	}
	return t
}

func sized(s *analyzer.Sizes, history, change string) []analyzer.Finding {
	o := analyzer.Options{Rules: rules.All, Sizes: s}
	return analyzer.Together(o, []*migration.Migration{file("m/1_a.up.sql", history)},
		[]analyzer.ChangedFile{added(file("m/2_b.up.sql", change))}).Findings
}

// shopHistory has a table that three others hang on, one of them in partitions.
const shopHistory = users + `
CREATE TABLE orders (id int PRIMARY KEY, u int REFERENCES users ON DELETE CASCADE);
CREATE TABLE lines (id int PRIMARY KEY, o int REFERENCES orders ON DELETE CASCADE);
CREATE TABLE notes (id int PRIMARY KEY, u int REFERENCES users ON DELETE SET NULL);
CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE "Users" (id int); CREATE SCHEMA s; CREATE TABLE s.users (id int);
CREATE TYPE mood AS ENUM ('a'); CREATE TABLE moods (m mood); CREATE TABLE more (m mood); ALTER TABLE moods ADD n mood;
CREATE TABLE people (id int); ALTER TABLE people RENAME TO members;
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE);
CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM lines; RETURN NULL; END';
CREATE TRIGGER tidy AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION tidy();`

func TestSizeMessages(t *testing.T) {
	unknown := analyzer.TableSize{Bytes: 3 * gig}
	long := collected.Add(-100 * 24 * time.Hour)
	s := sizes(map[string]analyzer.TableSize{
		"public.users": size(1_234_567, 3_650_722_201), "public.orders": size(2*mega, 4*gig), "public.lines": size(900_000, gig),
		"public.notes": size(5, 8192), "public.events": size(400, 1<<20), "public.events_1": size(400, 1<<20, "events"),
		"public.Users": size(0, 0), "s.users": size(1, 700), "public.unknown": unknown, "public.moods": size(7, 10*1024),
		"public.members": size(5, 1024), "public.people": size(6, 1024), "public.tree": size(1000, 1<<20),
		"public.counted": {Rows: size(12_345, 0).Rows, Bytes: 20 << 20, AnalyzedAt: &long},
	})
	for _, tt := range []struct{ change, want string }{
		{"DROP TABLE users", "The table has about 1.2 million rows, 3.4 GB."},
		{"DELETE FROM users", "The table has about 1.2 million rows, 3.4 GB; with the 3 other tables in reach about 4.1 million rows, 8.4 GB."},
		{"DELETE FROM orders", "The table has about 2 million rows, 4 GB; with the other table in reach about 2.9 million rows, 5 GB."},
		{"ALTER TABLE users DROP v", "The table has about 1.2 million rows, 3.4 GB."},
		{"ALTER TABLE users ALTER v TYPE varchar(2) USING v::varchar(2)", "The table has about 1.2 million rows, 3.4 GB."},
		{"UPDATE users SET v = 'a'", "The table has about 1.2 million rows, 3.4 GB."},
		{"DELETE FROM notes WHERE id = 7", "The table has about 5 rows, 8 kB."},
		{"TRUNCATE events", "The table has about 400 rows, 1 MB; with the other table in reach about 400 rows, 1 MB."},
		{"DROP TABLE events_1", "The table has about 400 rows, 1 MB."},
		{`DROP TABLE "Users"`, "The table has 0 rows, 0 bytes (statistics of 2026-08-01)."},
		{"DROP TABLE s.users", "The table has about 1 row, 700 bytes."},
		{"SET search_path = s; DROP TABLE users", "The table has about 1 row, 700 bytes."},
		{"DROP TABLE unknown", "The table has 3 GB, and its rows were never counted."},
		{"DROP TABLE counted", "The table has about 12,000 rows, 20 MB (rows counted on 2026-04-23, 101 days ago)."},
		{"DROP TABLE other", ""},
		{"DROP TYPE mood CASCADE", "1 of the 2 tables in reach have about 7 rows, 10 kB."},
		{"ALTER TABLE users RENAME TO old; DROP TABLE old", "The table has about 1.2 million rows, 3.4 GB."},
		{"ALTER TABLE users SET SCHEMA x; ALTER TABLE x.users RENAME TO old; DROP TABLE x.old", "The table has about 1.2 million rows, 3.4 GB."},
		{"DROP TABLE s.users; ALTER TABLE users SET SCHEMA s; DROP TABLE s.users", "The table has about 1 row, 700 bytes.|The table has about 1.2 million rows, 3.4 GB."},
		{"ALTER TABLE users RENAME TO old; ALTER TABLE notes RENAME TO users; DELETE FROM users", "The table has about 5 rows, 8 kB."},
		{"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM notes'; SELECT f()", "The table has about 5 rows, 8 kB."},
		{"DROP TABLE members", "The table has about 5 rows, 1 kB."},
		{"DELETE FROM tree", "The table has about 1,000 rows, 1 MB."},
		{"DELETE FROM members", "The table has about 5 rows, 1 kB; with the other table in reach about 900,000 rows, 1 GB."},
		{"DROP INDEX i", ""},
	} {
		var got []string
		for _, f := range sized(s, shopHistory, tt.change) {
			_, said, _ := strings.Cut(f.Message, " The table")
			if said != "" {
				said = "The table" + said
			} else if i := strings.Index(f.Message, "1 of the 2"); i >= 0 {
				said = f.Message[i:]
			}
			got = append(got, said)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.change, diff)
		}
	}
}

func TestSizeIsStale(t *testing.T) {
	s := sizes(map[string]analyzer.TableSize{"public.users": size(1000, 1<<20)})
	for _, tt := range []struct {
		days int
		want string
	}{{30, "The table has about 1,000 rows, 1 MB."}, {31, "The table has about 1,000 rows, 1 MB (statistics of 2026-08-01, 31 days old)."}} {
		s.Now = collected.Add(time.Duration(tt.days) * 24 * time.Hour)
		f := sized(s, users, "DROP TABLE users")[0]
		if !strings.HasSuffix(f.Message, tt.want) || f.Size.Stale != (tt.days > 30) {
			t.Errorf("after %d days: got %q, stale %t, want %q", tt.days, f.Message, f.Size.Stale, tt.want)
		}
	}
}

// losses are changes of every kind of finding, below and above the gate.
var losses = []string{
	"DROP TABLE users CASCADE", "DELETE FROM users", "DELETE FROM notes WHERE id = 1", "UPDATE users SET v = 'a' WHERE w = 'b'", "TRUNCATE events, users CASCADE",
	"DROP TABLE IF EXISTS ghosts", "DROP SCHEMA s CASCADE", "DROP TYPE mood CASCADE", "DROP INDEX i", "ALTER TABLE users DROP CONSTRAINT users_pkey", "SELECT (",
	"CREATE TABLE kept AS SELECT * FROM users; DROP TABLE users", "DROP DATABASE x", "DROP OWNED BY r", "ALTER TABLE users ALTER v TYPE varchar(2)",
	"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM lines; RETURN NULL; END'; CREATE TRIGGER g AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION f(); DELETE FROM users WHERE id = 1",
}

// TestSizeOnlyAdds holds what a size may change: message, score and reasons, and
// never so that it changes on which side of the gate a finding is.
func TestSizeOnlyAdds(t *testing.T) {
	const gate = 60
	known := []string{"users", "orders", "lines", "notes", "events", "events_1", "Users", "moods", "more", "ghosts"}
	last := map[string]int{}
	for _, rows := range []int64{0, 1, 99_999, 100_000, mega, 100 * mega, math.MaxInt64} {
		tables := map[string]analyzer.TableSize{"s.users": size(rows, rows)}
		for _, name := range known {
			tables["public."+name] = size(rows, rows)
		}
		for _, change := range losses {
			without, with := sized(nil, shopHistory, change), sized(sizes(tables), shopHistory, change)
			same := cmpopts.IgnoreFields(analyzer.Finding{}, "Message", "Score", "Reasons", "Size", "Severity")
			if diff := cmp.Diff(without, with, same, cmpopts.IgnoreFields(analyzer.Reached{}, "Size")); diff != "" {
				t.Fatalf("%s (-without +with sizes):\n%s", change, diff)
			}
			for i, f := range with {
				before := without[i]
				key := fmt.Sprint(change, i)
				switch {
				case f.Score < before.Score, f.Score < last[key]:
					t.Errorf("%s: %d rows score %d, want at least %d and %d", change, rows, f.Score, before.Score, last[key])
				case (before.Score < gate || before.Category != analyzer.DataLoss) && f.Score != before.Score:
					t.Errorf("%s: the score %d became %d", change, before.Score, f.Score)
				case !strings.HasPrefix(f.Message, strings.TrimSuffix(before.Message, ".")):
					t.Errorf("%s: the message %q became %q", change, before.Message, f.Message)
				case f.Severity != analyzer.SeverityOf(f.Score):
					t.Errorf("%s: severity %s of the score %d", change, f.Severity, f.Score)
				}
				last[key] = f.Score
			}
		}
	}
}

func TestSizePoints(t *testing.T) {
	for _, tt := range []struct {
		rows, bytes int64
		want        int
	}{
		{0, 0, 0},
		{99_999, 100<<20 - 1, 0},
		{100_000, 0, 2},
		{0, 100 << 20, 2},
		{mega, 0, 4},
		{0, gig, 4},
		{100 * mega, 0, 6},
		{0, 100 * gig, 6},
		{math.MaxInt64, math.MaxInt64, 6},
	} {
		s := sizes(map[string]analyzer.TableSize{"public.users": size(tt.rows, tt.bytes)})
		if got := sized(s, users, "DROP TABLE users")[0].Score - 90; got != tt.want {
			t.Errorf("%d rows, %d bytes: got %+d, want %+d", tt.rows, tt.bytes, got, tt.want)
		}
	}
}

// TestSizeOfPartition holds that a partition counts, where its parent is not hit.
func TestSizeOfPartition(t *testing.T) {
	s := sizes(map[string]analyzer.TableSize{"public.events": size(mega, gig), "public.events_1": size(mega, gig, "events")})
	if got := sized(s, shopHistory, "DROP TABLE events_1")[0].Score; got != 94 {
		t.Errorf("got %d, want 90 and 4 for its size", got)
	}
}

// TestSizeOfOtherCategories holds that only data loss gets points.
func TestSizeOfOtherCategories(t *testing.T) {
	rule := &analyzer.Rule{ID: "slow", Category: analyzer.Availability, Check: func(p *analyzer.Pass) {
		p.Report(analyzer.Judgement{Object: p.Object(op.Table, op.Name{Name: "users"}, ""), Message: "Slow.", Reasons: []analyzer.Reason{{Points: 70}}})
	}}
	o := analyzer.Options{Rules: []*analyzer.Rule{rule}, Sizes: sizes(map[string]analyzer.TableSize{"public.users": size(mega, gig)})}
	f := analyzer.Each(o, nil, []*migration.Migration{file("m/1_a.up.sql", "DELETE FROM users")}).Findings[0]
	if f.Score != 70 || f.Message != "Slow. The table has about 1 million rows, 1 GB." {
		t.Errorf("got %q with a score of %d, want 70", f.Message, f.Score)
	}
}

// TestSizeOfUnsureNames holds that a name that is only known at run time, and a
// table that the change makes, have no size.
func TestSizeOfUnsureNames(t *testing.T) {
	s := sizes(map[string]analyzer.TableSize{"public.x_…": size(mega, gig), "public.users": size(mega, gig)})
	for n := range 20 {
		s.Tables[op.Name{Schema: "public", Name: "x_" + strings.Repeat(op.OpenMark, n)}] = size(mega, gig)
	}
	for _, change := range []string{
		"DROP TABLE x_${n}",
		"DROP TABLE users; CREATE TABLE users (id int); ALTER TABLE users ATTACH PARTITION x DEFAULT; DELETE FROM users",
	} {
		for i, f := range sized(s, users, change) {
			if f.Size != nil && (i > 0 || !strings.HasPrefix(change, "DROP TABLE users")) {
				t.Errorf("%s: %q has the size %+v", change, f.Message, f.Size)
			}
		}
	}
}

func TestRows(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 rows", 1: "1 row", 2: "2 rows", 999: "999 rows", 1000: "1,000 rows", 1049: "1,000 rows", 1050: "1,100 rows", 9_999: "10,000 rows",
		12_345: "12,000 rows", 123_456: "120,000 rows", 994_999: "990,000 rows", 999_999: "1 million rows", 1_234_567: "1.2 million rows",
		41 * mega: "41 million rows", 123 * mega: "120 million rows", 999_999_999: "1 billion rows", 5e12: "5 trillion rows", math.MaxInt64: "9200000 trillion rows",
	} {
		if got := analyzer.Rows(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1 kB", 8192: "8 kB", 10_200: "10 kB", 1<<20 - 1: "1 MB", 1 << 20: "1 MB", 3_650_722_201: "3.4 GB",
		100 * gig: "100 GB", 5 << 40: "5 TB", math.MaxInt64: "8192 PB",
	} {
		if got := analyzer.Bytes(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
