package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestRun runs a project of every outcome.
func TestRun(t *testing.T) {
	pgtest.Start(t) // or skip
	results := t.TempDir()
	var out, progress strings.Builder
	if err := run(t.Context(), []string{"-v", "-results", results, "testdata/shop"}, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	const want = `shop: 7 migrations; recall 100.0 % (strictly 66.7 %), precision 100.0 % (strictly 66.7 %)
     2 lost and blocked
     2 neither lost nor blocked
     0 blocked, nothing lost
     1 blocked by a condition on rows, none lost
     0 lost, not told
     1 lost, told below the threshold
     0 refused over the rows
     1 could not be run
migrations/1_init.up.sql: neither lost nor blocked
migrations/2_lost_orders.up.sql: lost and blocked
    blocking: line 1: delete-rows, 62: Deletes the rows of table orders that a condition picks; the text sets no limit to how many.
    lost: rows gone: public.orders (3)
migrations/3_names.up.sql: lost, told below the threshold
    told: line 1: update-rows, 45: Overwrites values of note in table customers.
    lost: values overwritten: public.customers.note (1)
migrations/4_more.up.sql: neither lost nor blocked
    left empty: public.customers
migrations/5_missing.up.sql: could not be run
    failed: 42P01 relation "parcels" does not exist
migrations/6_clean.up.sql: lost and blocked
    blocking: line 3: drop-column, 80: Drops column paid of table orders and every value in it.
    lost: column gone: public.orders.paid (2)
migrations/7_closed.up.sql: blocked by a condition on rows, none lost
    blocking: line 1: delete-rows, 67: Deletes the rows of table customers that a condition picks; the text sets no limit to how many.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	forget(t, results)
	out.Reset()
	if err := run(t.Context(), []string{"-v", "-results", results, "-judge", "testdata/shop"}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("judged again (-want +got):\n%s", diff)
	}
	page := filepath.Join(t.TempDir(), "page.md")
	err := run(t.Context(), []string{"-results", results, "-page", page}, &out, &progress)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(page); err != nil || strings.Contains(string(text), "shop") {
		t.Errorf("got a page with a project that is not listed (%v):\n%s", err, text)
	}
}

// forget takes the verdicts out of what is kept of the shop.
func forget(t *testing.T, results string) {
	all, err := kept(results)
	if err != nil {
		t.Fatal(err)
	}
	shop := all["shop"]
	for i := range shop.Outcomes {
		shop.Outcomes[i].Blocking, shop.Outcomes[i].Told = nil, nil
	}
	if err := shop.keep(results); err != nil {
		t.Fatal(err)
	}
}

func TestCalls(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "name at least one project"},
		{[]string{"-page", "x.md"}, "-page and -judge need -results"},
		{[]string{"-results", "testdata", "-judge", "testdata/shop"}, "run it first"},
		{[]string{"-only", "(", "shop"}, "missing closing )"},
		{[]string{"testdata/none"}, "no such file"},
	} {
		var out strings.Builder
		if err := run(t.Context(), tt.args, &out, &out); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("run %q: got error %v, want one with %q", tt.args, err, tt.want)
		}
	}
}

// TestPage pins how disagreements are written, and that none may stay unexplained.
func TestPage(t *testing.T) {
	results, page := t.TempDir(), filepath.Join(t.TempDir(), "page.md")
	found := &findings{Project: "shop", Date: "2026-01-02", Version: "15.1", Formats: []string{"flyway"}, Outcomes: []outcome{
		{Path: "m/1.sql", Lost: []loss{{"table gone", "public.a", 4}}},
		{Path: "m/2.sql", Blocking: []finding{{Line: 3, Rule: "drop-table", Score: 90, Object: "b"}}},
		{Path: "m/3.sql", Lost: []loss{{"values overwritten", "public.a.x", 1}}, Told: []finding{{Line: 1, Rule: "update-rows", Score: 45, Object: "a.x", Why: "a condition"}}},
		{Path: "m/4.sql", Failed: "42P01 relation \"b_c\" does not exist"},
		{Path: "m/5.sql", Blocking: []finding{{Line: 3, Rule: "delete-rows", Score: 62, Object: "b", Why: "a join"}}},
		{Path: "m/7.sql", Blocking: []finding{{Line: 4, Rule: "update-rows", Score: 65, Object: "b", Why: "a join"}}},
		{Path: "m/6.sql", Without: []string{"public.a"}, Blocking: []finding{{Line: 3, Rule: "drop-table", Score: 90, Object: "b"}}},
	}}
	if err := found.keep(results); err != nil {
		t.Fatal(err)
	}
	p := project{Name: "shop", Repository: "a/shop", Commit: "0123456789", Folder: "m", Notes: map[string]string{"1.sql": "An artefact.", "7.sql": "A backfill."}, Alarms: []string{"7.sql"},
		Failures: map[string]string{"42P01": "It is made elsewhere."}}
	err := writePage(page, results, catalogue{p})
	if err == nil || err.Error() != "not explained:\nshop: m/2.sql" {
		t.Errorf("got error %v, want m/2.sql alone not explained", err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(string(text), "## shop\n")
	const want = `
Lost, not told:

- ` + "`1.sql`" + `: table gone: public.a (4). An artefact.

Blocked, nothing lost:

- ` + "`2.sql`" + `: drop-table 90 in line 3. not explained
- ` + "`7.sql`" + `: update-rows 65 in line 4. A backfill.

Blocked by a condition on rows, none lost:

- ` + "`5.sql`" + `: delete-rows 62 in line 3: a join.

Lost, told below 60:

- ` + "`3.sql`" + `: values overwritten: public.a.x (1). update-rows 45, a condition

Refused over the rows:

- ` + "`6.sql`" + `: runs with public.a empty only; blocked by drop-table 90 in line 3

Not run:

- ` + "`4.sql`" + `: 42P01 relation "b\_c" does not exist. It is made elsewhere.

`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	const row = "| [shop](https://github.com/a/shop/tree/0123456789/m) | 0123456 | flyway | 15.1, 2026-01-02 | 7 | 5 |"
	if !strings.Contains(string(text), row) {
		t.Errorf("the page has no row %q:\n%s", row, text)
	}
}
