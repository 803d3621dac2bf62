package report

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
)

// readSuites is the JUnit report as another program reads it.
type readSuites struct {
	XMLName  xml.Name    `xml:"testsuites"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Suites   []readSuite `xml:"testsuite"`
}

type readSuite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    []readCase `xml:"testcase"`
}

type readCase struct {
	Class    string        `xml:"classname,attr"`
	Name     string        `xml:"name,attr"`
	Failures []readFailure `xml:"failure"`
	Output   []string      `xml:"system-out"`
}

type readFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// readJUnit parses what JUnit writes for a review, all of it.
func readJUnit(t *testing.T, r *Review) readSuite {
	t.Helper()
	out := render(t, JUnit, r)
	if !utf8.ValidString(out) {
		t.Fatal("the report is not UTF-8")
	}
	d := xml.NewDecoder(strings.NewReader(out))
	d.Strict = true
	var got readSuites
	if err := d.Decode(&got); err != nil {
		t.Fatalf("%v in:\n%s", err, out)
	}
	if rest, err := d.Token(); !errors.Is(err, io.EOF) {
		if text, ok := rest.(xml.CharData); !ok || strings.TrimSpace(string(text)) != "" {
			t.Errorf("%v, %v after the report", rest, err)
		}
	}
	checkJUnitForm(t, out)
	if len(got.Suites) != 1 {
		t.Fatalf("%d suites, want 1", len(got.Suites))
	}
	s := got.Suites[0]
	if s.Name != "dropgate" || s.Tests != got.Tests || s.Failures != got.Failures || s.Tests != len(s.Cases) {
		t.Errorf("suite %q of %d tests, %d failures among %d, %d; %d cases",
			s.Name, s.Tests, s.Failures, got.Tests, got.Failures, len(s.Cases))
	}
	return s
}

// junitForm is what junit-10.xsd allows of what dropgate could write: the schema
// of Jenkins' xUnit plugin (src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd),
// which refuses a file that is otherwise. The words before the colon are the elements
// in an element, those behind it its attributes; a star is for one that must be there.
var junitForm = map[string]string{
	"testsuites": "testsuite : name time tests failures errors",
	"testsuite":  "testsuite properties testcase system-out system-err : *name *tests *failures *errors group time skipped timestamp hostname id package file log url",
	"testcase":   "skipped error failure system-out system-err : *name time classname group",
	"failure":    ": type message",
	"system-out": ":",
}

// checkJUnitForm holds a report against junitForm. Besides, a test case has one
// failure and one output at most, since readers show the first, and no time is made up.
func checkJUnitForm(t *testing.T, report string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(report))
	var open []string
	seen := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if len(open) > 0 && !slices.Contains(strings.Fields(before(junitForm[open[len(open)-1]])), name) {
				t.Errorf("%s in %s", name, open)
			}
			if seen[name]++; name == "testcase" {
				clear(seen)
			}
			if (name == "failure" || name == "system-out") && seen[name] > 1 {
				t.Errorf("%d elements %s in a test case", seen[name], name)
			}
			checkJUnitAttributes(t, token)
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func before(form string) string {
	elements, _, _ := strings.Cut(form, ":")
	return elements
}

func checkJUnitAttributes(t *testing.T, element xml.StartElement) {
	t.Helper()
	form, known := junitForm[element.Name.Local]
	if !known {
		t.Errorf("the element %s", element.Name.Local)
	}
	_, attributes, _ := strings.Cut(form, ":")
	var given []string
	for _, a := range element.Attr {
		given = append(given, a.Name.Local)
		if !slices.Contains(strings.Fields(strings.ReplaceAll(attributes, "*", "")), a.Name.Local) || a.Name.Local == "time" {
			t.Errorf("%s has the attribute %s", element.Name.Local, a.Name.Local)
		}
	}
	for _, a := range strings.Fields(attributes) {
		if name, required := strings.CutPrefix(a, "*"); required && !slices.Contains(given, name) {
			t.Errorf("%s has no attribute %s", element.Name.Local, name)
		}
	}
}

func TestJUnitGolden(t *testing.T) {
	for name, r := range map[string]*Review{
		"blocked.junit": fixture(t), "valid.junit": valid(fixture(t)), "nothing.junit": quietFixture(), "empty.junit": emptyFixture(),
	} {
		t.Run(name, func(t *testing.T) {
			readJUnit(t, r)
			golden(t, name, []byte(render(t, JUnit, r)))
		})
	}
}

func TestJUnitCases(t *testing.T) {
	r := fixture(t)
	gone := r.Report.Findings[3]
	gone.Path = "db/gone.sql"
	r.Report.Findings = append(r.Report.Findings, gone)
	s := readJUnit(t, r)
	type summary struct {
		Class, Name string
		Failures    []string
		Output      int
	}
	var got []summary
	for _, c := range s.Cases {
		line := summary{Class: c.Class, Name: c.Name, Output: len(c.Output)}
		for _, f := range c.Failures {
			line.Failures = append(line.Failures, f.Type+": "+f.Message)
		}
		got = append(got, line)
	}
	want := []summary{
		{"golang-migrate", "db/migrations/0007_cleanup.up.sql", []string{"drop-table: Drops table users and every row in it. And 1 more."}, 1},
		{"sql", Visible(evilPath), []string{"delete-rows: Deletes rows of ```<U+000A><!-- dropgate -->@octocat #1 by a filter that nothing bounds. And 1 more."}, 0},
		{"dropgate", "db/gone.sql", nil, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	if s.Failures != 2 || s.Errors != 0 || s.Skipped != 0 {
		t.Errorf("%d failures, %d errors, %d skipped, want 2, 0, 0", s.Failures, s.Errors, s.Skipped)
	}
}

func TestJUnitText(t *testing.T) {
	c := readJUnit(t, fixture(t)).Cases[0]
	failure := c.Failures[0]
	for _, want := range []string{
		"\nDrops table users and every row in it.\ndb/migrations/0007_cleanup.up.sql:2:1 (to 2:24)\n",
		"\nDrops column legacy_note of table orders and every value in it.\ndb/migrations/0007_cleanup.up.sql:8:42 (to 8:64)\n",
		"\ndrop-column: high, score 70 (threshold 60)\n",
		"\n+80 every value of an existing column is lost\n-10 a full copy is kept in orders_archive\n",
		"\nInstead: Stop writing the column, then rename it.\n",
		"puts the label backup-check on the pull request.",
	} {
		if !strings.Contains(failure.Text, want) {
			t.Errorf("the failure does not have %q:\n%s", want, failure.Text)
		}
	}
	for _, want := range []string{
		"Overwrites email and 名前 in rows of accounts.\n",
		"\nupdate-rows: medium, score 45 (threshold 60)\n",
		"\nSuppressed by comment: replaced by orders_user_idx, see #12\n",
	} {
		if !strings.Contains(c.Output[0], want) {
			t.Errorf("the output does not have %q:\n%s", want, c.Output[0])
		}
	}
}

// TestJUnitWorst holds that a failure is called by the worst of what blocks, which
// is all that a list of failures shows.
func TestJUnitWorst(t *testing.T) {
	r := fixture(t)
	r.Report.Findings[0].Score = 60
	failure := readJUnit(t, r).Cases[0].Failures[0]
	want := "Drops column legacy_note of table orders and every value in it."
	if failure.Type != "drop-column" || failure.Message != want+" And 1 more." || !strings.HasPrefix(failure.Text, "\n"+want+"\n") {
		t.Errorf("the failure is %s, %q:\n%s", failure.Type, failure.Message, failure.Text)
	}
}

// TestJUnitCovered holds that no test fails when nothing is blocked.
func TestJUnitCovered(t *testing.T) {
	s := readJUnit(t, valid(fixture(t)))
	if s.Failures != 0 {
		t.Errorf("%d failures although a label covers everything", s.Failures)
	}
	for _, c := range s.Cases {
		if len(c.Failures) != 0 || len(c.Output) != 1 {
			t.Errorf("%s: %d failures, %d outputs, want 0, 1", c.Name, len(c.Failures), len(c.Output))
		}
	}
	if out := s.Cases[0].Output[0]; !strings.Contains(out, "Drops table users and every row in it.") {
		t.Errorf("the output does not have what is covered:\n%s", out)
	}
}

func TestJUnitHostileText(t *testing.T) {
	const evil = "]]></failure>\x00\x0b\x1b\xff\u202e\ufffe\U000E0041&<!-- \"'\r\n\uf8ff"
	const shown = "]]></failure><U+0000><U+000B><U+001B><0xFF><U+202E>\ufffd<U+E0041>&<!-- \"'"
	r := fixture(t)
	f := &r.Report.Findings[0]
	f.Path, f.Rule, f.Message, f.Remedy = evil, evil, evil, evil
	f.Reasons = []analyzer.Reason{{Points: 1, Text: evil}}
	f = &r.Report.Findings[1]
	f.Message, f.Suppressed = evil, &analyzer.Suppression{By: evil, Reason: evil}
	r.Report.Files[0].Format = evil
	r.Decision.Acknowledgement.Label = evil
	s := readJUnit(t, r)
	oneLine := shown + "<U+000D><U+000A>\uf8ff"
	failing := s.Cases[2]
	if failing.Name != oneLine || failing.Failures[0].Message != oneLine || failing.Failures[0].Type != oneLine {
		t.Errorf("got %q, %q, %q, want %q", failing.Name, failing.Failures[0].Message, failing.Failures[0].Type, oneLine)
	}
	if want := "\nInstead: " + shown + "\n\uf8ff\n"; !strings.Contains(failing.Failures[0].Text, want) {
		t.Errorf("the failure does not have %q:\n%q", want, failing.Failures[0].Text)
	}
	if got := s.Cases[0]; got.Class != oneLine || !strings.HasPrefix(got.Output[0], oneLine) {
		t.Errorf("class %q, output %q, want %q", got.Class, got.Output[0], oneLine)
	}
}
