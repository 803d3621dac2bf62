package usage_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/usage"
)

// look searches files by path for names, all at once.
func look(names []analyzer.Gone, files map[string]string, limits usage.Limits) analyzer.Usage {
	return usage.Search(names, func(yield func(string, []byte) bool) {
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if !yield(path, []byte(files[path])) {
				return
			}
		}
	}, len(files), limits)
}

// TestWords holds what a line of a file has to look like to name a table or a
// column. The name's line is the last one of the file.
func TestWords(t *testing.T) {
	users, items := analyzer.Gone{Table: "users"}, analyzer.Gone{Table: "order_items"}
	email := analyzer.Gone{Table: "users", Column: "email"}
	byWhom := analyzer.Gone{Table: "orders", Column: "created_for"}
	common := analyzer.Gone{Table: "orders", Column: "shipped_on", Elsewhere: true}
	account := analyzer.Gone{Table: "users", Column: "account_id"}
	prisma := analyzer.Gone{Table: "TeamMember"}
	odd := analyzer.Gone{Table: "user-events"}
	tests := []struct {
		name analyzer.Gone
		path string
		text string
		want bool
	}{
		// A table of one word: in quotes, as a symbol or a module, in a query.
		{users, "a.py", `__tablename__ = "users"`, true},
		{users, "a.py", `db = 'public.users'`, true},
		{users, "a.js", "knex(`users`)", true},
		{users, "a.rb", `has_many :users`, true},
		{users, "a.rs", `use schema::users;`, true},
		{users, "a.rs", `users::table.load(c)`, true},
		{users, "a.go", `q := "SELECT count(*) FROM users"`, true},
		{users, "a.go", `q := "select 1 from users u"`, true},
		{users, "a.py", "q = '''\n  from users", true},
		{users, "a.go", `q := "INSERT INTO public.users VALUES (1)"`, true},
		{users, "a.go", `q := "delete from \"users\" where id = 1"`, true},
		{users, "a.go", `q := "delete from \"public\".\"users\" where id = 1"`, true},
		{users, "a.rb", `class User < ApplicationRecord`, true},
		{users, "a.prisma", `model User {`, true},
		{users, "a.go", `users := list()`, false},
		{users, "a.go", `"all users are here"`, false},
		{users, "a.go", `"/api/users"`, false},
		{users, "a.py", `from users import forms`, false},
		{users, "a.js", "msg`users`", false},
		{users, "a.js", `greet from users everywhere`, false},
		{users, "a.js", `<h1>Update users</h1>`, false},
		{users, "a.go", `"users_archive"`, false},
		{users, "a.go", `"superusers"`, false},
		{users, "a.go", `"Users"`, false},
		{users, "a.go", `var u User`, false},
		{users, "a.go", `// SELECT 1 FROM users`, false},
		{users, "a.rb", `  # has_many :users`, false},
		{users, "a.rs", `#[diesel(table_name = users, x = "users")]`, true},
		// One of several words counts wherever it stands, but not as a function.
		{items, "a.go", `rows := order_items`, true},
		{items, "a.rb", `class OrderItem`, true},
		{items, "a.ts", `prisma.orderItem.findMany()`, true},
		{items, "a.kt", `OrderItems.selectAll()`, true},
		{items, "a.rs", `log.order_items(1)`, false},
		{items, "a.go", `"INSERT INTO order_items(id)"`, true},
		{items, "a.go", `order_items_old`, false},
		{items, "a.go", `ORDER_ITEMS`, false},
		{prisma, "a.ts", `prisma.teamMember.count()`, true},
		{prisma, "a.ts", `teammember`, false},
		{odd, "a.ts", `from("user-events")`, true},
		{odd, "a.ts", `"super-user-events"`, true},
		{odd, "a.ts", `"superuser-events"`, false},
		// A column's word says nothing without its table.
		{byWhom, "a.sql.go", "FROM orders\ncreated_for", true},
		{byWhom, "a.ts", "class Order {\n  createdFor: string", true},
		{byWhom, "a.go", "type Order struct {\n  CreatedFor string", true},
		{byWhom, "models/order.py", `created_for = Column(Text)`, true},
		{byWhom, "a.go", `created_for`, false},
		{byWhom, "a.go", "orders\n// created_for", false},
		{common, "a.go", "orders\n\"shipped_on\"", false},
		{common, "a.go", `SELECT shipped_on FROM orders`, true},
		{common, "app/models/order.rb", `validates :shipped_on`, true},
		{common, "src/Orders.java", `LocalDate shippedOn;`, true},
		{account, "a.go", "User\nAccountID", false},
		{account, "a.go", `user.AccountID`, true},
		// An everyday word has to hang on its table's, or stand in a query on it.
		{email, "models/user.rb", `validates :email`, false},
		{email, "a.rb", `user.email`, true},
		{email, "a.php", `$user->email`, true},
		{email, "a.js", `user["email"]`, true},
		{email, "a.go", `"SELECT email FROM users"`, true},
		{email, "a.go", `"UPDATE users SET email = NULL"`, true},
		{email, "a.go", `// user.email`, false},
		{email, "a.js", `user, email`, false},
		{email, "a.js", `the email of users`, false},
	}
	for _, test := range tests {
		t.Run(test.name.Table+"/"+test.text, func(t *testing.T) {
			u := look([]analyzer.Gone{test.name}, map[string]string{test.path: test.text}, usage.Default)
			var want []analyzer.Use
			if test.want {
				want = []analyzer.Use{{Path: test.path, Line: strings.Count(test.text, "\n") + 1}}
			}
			if diff := cmp.Diff(want, u.Uses[0].First); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestOrder holds that places come by path and line, each line once, and that those
// beyond the first few are counted.
func TestOrder(t *testing.T) {
	names := []analyzer.Gone{{Table: "users"}, {Table: "order_items"}, {Table: "nowhere_at_all"}}
	files := map[string]string{
		"b.go": "\"users\" \"users\"\n\n\"users\" order_items\n",
		"a.go": "\"users\"\r\n\"users\"\r\n",
		"c.go": "\"users\"\n\"users\"\n\"users\"\n",
		"d.go": "\"users\"\n",
		"e.go": "\x00\"users\"\n",
	}
	want := analyzer.Usage{
		Uses: []analyzer.Uses{
			{First: []analyzer.Use{{Path: "a.go", Line: 1}, {Path: "a.go", Line: 2}, {Path: "b.go", Line: 1}, {Path: "b.go", Line: 3}, {Path: "c.go", Line: 1}}, More: 3, MoreFiles: 2},
			{First: []analyzer.Use{{Path: "b.go", Line: 3}}},
			{},
		},
		Search: analyzer.Search{Files: 5, Of: 5},
	}
	if diff := cmp.Diff(want, look(names, files, usage.Default)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLimits holds that a search stops where it is told to, and says so.
func TestLimits(t *testing.T) {
	files := map[string]string{}
	for i := range 10 {
		files[fmt.Sprintf("%d.go", i)] = strings.Repeat("x", 1_000_000-8) + " \"users\""
	}
	calls := 0
	late := func() string {
		if calls++; calls < 3 {
			return ""
		}
		return "after 3 s"
	}
	tests := []struct {
		name   string
		limits usage.Limits
		want   analyzer.Search
	}{
		{"none", usage.Default, analyzer.Search{Files: 10, Of: 10}},
		{"files", usage.Limits{Files: 4, Bytes: 1 << 40}, analyzer.Search{Files: 4, Of: 10, Stopped: "after 4 files"}},
		{"all files", usage.Limits{Files: 10, Bytes: 1 << 40}, analyzer.Search{Files: 10, Of: 10}},
		{"bytes", usage.Limits{Files: 99, Bytes: 6_000_000}, analyzer.Search{Files: 6, Of: 10, Stopped: "after 6 MB"}},
		{"time", usage.Limits{Files: 99, Bytes: 1 << 40, Late: late}, analyzer.Search{Files: 3, Of: 10, Stopped: "after 3 s"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := look([]analyzer.Gone{{Table: "users"}}, files, test.limits)
			if diff := cmp.Diff(test.want, u.Search); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := len(u.Uses[0].First) + u.Uses[0].More; got != test.want.Files {
				t.Errorf("%d places in %d files", got, test.want.Files)
			}
		})
	}
	many := make([]analyzer.Gone, 2001)
	for i := range many {
		many[i].Table = fmt.Sprintf("table_%d", i)
	}
	u := look(many, map[string]string{"a.go": "table_1999 table_2000"}, usage.Default)
	if len(u.Uses) != len(many) || len(u.Uses[1999].First) != 1 || len(u.Uses[2000].First) != 0 || u.Search.Stopped != "at 2000 of 2001 names" {
		t.Errorf("too many names: %d answers, %+v", len(u.Uses), u.Search)
	}
}

// TestStopsInAFile holds that one large file does not hold up the end.
func TestStopsInAFile(t *testing.T) {
	calls := 0
	limits := usage.Limits{Files: 9, Bytes: 1 << 40, Late: func() string { calls++; return "after 3 s" }}
	u := look([]analyzer.Gone{{Table: "users"}}, map[string]string{"a.go": strings.Repeat("u ", 400_000) + `"users"`}, limits)
	if want := (analyzer.Search{Files: 1, Of: 1, Stopped: "after 3 s"}); u.Search != want || len(u.Uses[0].First) != 0 || calls > 2 {
		t.Errorf("got %+v after %d looks at the clock, want %+v", u, calls, want)
	}
}

// TestOneLine holds that a file without line ends takes no more time than others:
// this one would take minutes if each word looked at all before it.
func TestOneLine(t *testing.T) {
	text := strings.Repeat(`from "users",user.email;order_items(x)`, 25_000)
	names := []analyzer.Gone{{Table: "users"}, {Table: "users", Column: "email"}, {Table: "order_items"}}
	u := look(names, map[string]string{"a.go": text}, usage.Default)
	if len(u.Uses[0].First) != 1 || len(u.Uses[1].First) != 1 {
		t.Errorf("got %+v", u)
	}
}

// FuzzSearch holds that no name and no text makes the search fail, and that every
// place is a line of the file.
func FuzzSearch(f *testing.F) {
	for _, name := range []string{"", "_", "__", "s", "ies", "users", "user-events", "é", "\x00", "a b", "Über_Namen", "Ab"} {
		f.Add(name, "email", "a\nFROM users u, user.email \"user-events\"\n")
		f.Add("users", name, "// x\nuser['é'] s.ies")
	}
	f.Fuzz(func(t *testing.T, table, column, text string) {
		names := []analyzer.Gone{{Table: table}, {Table: table, Column: column}, {Table: column, Column: table, Elsewhere: true}}
		u := look(names, map[string]string{"a/" + table + ".go": text}, usage.Default)
		for _, found := range u.Uses {
			for _, use := range found.First {
				if use.Line < 1 || use.Line > strings.Count(text, "\n")+1 {
					t.Errorf("line %d of %d", use.Line, strings.Count(text, "\n")+1)
				}
			}
		}
	})
}

func TestSearched(t *testing.T) {
	for path, want := range map[string]bool{
		"app/models/user.rb": true, "src/main.rs": true, "Makefile": true, "app/views/users.html.erb": true,
		"config/database.yml": true, "src/changes.go": true, "web/vendor.js": true, "schema.prisma": true,
		"README.md": false, "LICENSE": false, "CHANGELOG": false, "docs/usage.py": false, "Docs/conf.py": false,
		"node_modules/x/index.js": false, "a/vendor/b/c.go": false, "package-lock.json": false, "pnpm-lock.yaml": false,
		"Cargo.lock": false, "go.sum": false, "web/app.min.js": false, "app.css": false, "config/locales/de.yml": false,
		"db/migrate/20200101_drop.rb": false, "api/migrations/0002_drop.py": false, "db/changelog-1.xml": false,
		"q/users.sql": false, "testdata/users.go": false, ".dropgate.yml": false, ".github/workflows/ci.yml": false, "logo.png": false,
	} {
		if got := usage.Searched(path); got != want {
			t.Errorf("%s: got %t, want %t", path, got, want)
		}
	}
}
