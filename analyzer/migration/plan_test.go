package migration

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/source"
)

func TestIsPlan(t *testing.T) {
	tests := map[string]bool{
		"sqitch.plan": true, "db/sqitch.plan": true,
		"db/sqitch.plan.sql": false, "my-sqitch.plan": false, "sqitch.conf": false, "": false,
	}
	for path, want := range tests {
		if got := IsPlan(path); got != want {
			t.Errorf("IsPlan(%q) = %v, want %v", path, got, want)
		}
	}
}

// TestArrange sorts the wanted order backwards, arranges it by the plan, and
// sorts it.
func TestArrange(t *testing.T) {
	const stamp = " 2020-01-01T00:00:00Z A B <a@b.c>"
	tests := []struct {
		name, path, plan string
		want             []string
	}{
		{"plan before names", "db/sqitch.plan", "%project=x\n\nzoo" + stamp + "\nbar [zoo]" + stamp + " # why\n+ ant/x" + stamp + "\n",
			[]string{"db/deploy/zoo.sql", "db/deploy/bar.sql", "db/deploy/ant/x.sql", "db/deploy/aaa.sql"}},
		{"reworked", "sqitch.plan", "a" + stamp + "\nb" + stamp + "\n@v1" + stamp + "\nc" + stamp + "\n@v2" + stamp + "\nb [b@v1]" + stamp + "\n@v3" + stamp + "\nb" + stamp,
			[]string{"deploy/a.sql", "deploy/b@v1.sql", "deploy/c.sql", "deploy/b@v3.sql", "deploy/b.sql", "deploy/b@v4.sql"}},
		{"either tag of a reworked change", "sqitch.plan", "z\n@v1\ny\n@v2\nz\n", []string{"deploy/z@v2.sql", "deploy/y.sql", "deploy/z.sql"}},
		{"verified at once", "sqitch.plan", "b\na\n", []string{"deploy/b.sql", "verify/b.sql", "deploy/a.sql", "verify/a.sql"}},
		{"another folder", "elsewhere/sqitch.plan", "b\na\n", []string{"deploy/a.sql", "deploy/b.sql"}},
		{"out of its folder", "db/sqitch.plan", "b/../../../deploy/z\nb\n", []string{"deploy/a.sql", "deploy/z.sql"}},
		{"no plan", "sqitch.txt", "b\na\n", []string{"deploy/a.sql", "deploy/b.sql"}},
		{"CRLF, notes and blanks", "sqitch.plan", "%syntax-version=1.0.0\r\n\r\n  # c\r\n\tb\t# a\r\na\r\n", []string{"deploy/b.sql", "deploy/a.sql"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var all []*Migration
			for _, path := range test.want {
				all = append(all, Read(source.New(path, nil), "sqitch"))
			}
			slices.Reverse(all)
			Arrange([]*source.File{source.New(test.path, []byte(test.plan))}, all)
			slices.SortFunc(all, Compare)
			var got []string
			for _, m := range all {
				got = append(got, m.File.Path)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
		})
	}
}

// TestArrangeAgain: without the plan, its places are gone.
func TestArrangeAgain(t *testing.T) {
	all := []*Migration{Read(source.New("deploy/a.sql", nil), "sqitch")}
	Arrange([]*source.File{source.New("sqitch.plan", []byte("z\na\n"))}, all)
	if v := all[0].Version; !v.Planned || v.Place != 3 {
		t.Errorf("version %+v, want it planned at 3", v)
	}
	Arrange(nil, all)
	if v := all[0].Version; v.Planned || v.Place != 0 {
		t.Errorf("version %+v, want no plan", v)
	}
}

func TestRecognise(t *testing.T) {
	var all []*Migration
	for _, path := range []string{"db/deploy/a.sql", "db/revert/a.sql", "db/revert/b.sql", "db/revert/1_c.down.sql", "db/verify/a.sql"} {
		all = append(all, Read(source.New(path, []byte("DROP TABLE a;")), ""))
	}
	plan := []byte("a\n1_c.down\n")
	Recognise([]*source.File{source.New("other/sqitch.plan", plan), source.New("db/plan", plan)}, all)
	if all[1].Format != "sql" {
		t.Errorf("format %s by a plan that is none or of another folder", all[1].Format)
	}
	Recognise([]*source.File{source.New("db/sqitch.plan", plan)}, all)
	want := []string{"sqitch up", "sqitch down", "sql up", "golang-migrate down", "sqitch up"}
	for i, m := range all {
		if got := m.Format + " " + m.Direction(); got != want[i] {
			t.Errorf("%s: %s, want %s", m.File.Path, got, want[i])
		}
	}
}

// TestManyReworks: a plan of many reworked changes and tags stays within bounds.
func TestManyReworks(t *testing.T) {
	plan := source.New("sqitch.plan", []byte(strings.Repeat("a\nb\n@t\n", 2000)))
	if _, names := sqitchOrder(plan); len(names) > 3*(maxReworked+2) {
		t.Errorf("%d names", len(names))
	}
	wide := "a\n"
	for i := range 500 {
		wide += "c" + strconv.Itoa(i) + "\n"
	}
	for i := range 500 {
		wide += "@t" + strconv.Itoa(i) + "\n"
	}
	for i := range 500 {
		wide += "c" + strconv.Itoa(i) + "\n"
	}
	if _, names := sqitchOrder(source.New("sqitch.plan", []byte(wide))); len(names) > 3*(maxReworked+501) {
		t.Errorf("%d names", len(names))
	}
}
