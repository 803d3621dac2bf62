package report

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
)

// sarifLogOf is what SARIF writes for a review, checked against the standard's
// schema. The library validates what it has decoded, so what it does not know
// must not be there in the first place.
func sarifLogOf(t *testing.T, r *Review) *sarif.Report {
	t.Helper()
	out := render(t, SARIF, r)
	if !utf8.ValidString(out) {
		t.Fatal("the log is not UTF-8")
	}
	if strings.Contains(out, "null") {
		t.Errorf("the log has a null:\n%s", out)
	}
	strict := json.NewDecoder(strings.NewReader(out))
	strict.DisallowUnknownFields()
	if err := strict.Decode(new(sarif.Report)); err != nil {
		t.Fatal(err)
	}
	log, err := sarif.FromString(out, sarif.WithStrictValidation())
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Validate(); err != nil {
		t.Error(err)
	}
	if log.Version != "2.1.0" || !strings.HasSuffix(log.Schema, "sarif-schema-2.1.0.json") || len(log.Runs) != 1 {
		t.Fatalf("version %s, schema %s, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	return log
}

func TestSARIFGolden(t *testing.T) {
	for name, r := range map[string]*Review{
		"blocked.sarif": fixture(t), "valid.sarif": valid(fixture(t)), "empty.sarif": emptyFixture(),
	} {
		t.Run(name, func(t *testing.T) {
			sarifLogOf(t, r)
			golden(t, name, []byte(render(t, SARIF, r)))
		})
	}
}

func TestSARIFRun(t *testing.T) {
	r := fixture(t)
	again := r.Report.Findings[0]
	again.Remedy = "Another remedy."
	r.Report.Findings = append(r.Report.Findings, again)
	run := sarifLogOf(t, r).Runs[0]
	driver := run.Tool.Driver
	if *driver.Name != "dropgate" || *driver.Version != "0.1.0" || *driver.InformationURI != homepage {
		t.Errorf("driver %s %s %s", *driver.Name, *driver.Version, *driver.InformationURI)
	}
	if *run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("column kind %s", *run.ColumnKind)
	}
	var ids []string
	for _, rule := range driver.Rules {
		ids = append(ids, *rule.ID)
	}
	want := []string{"drop-table", "update-rows", "drop-column", "drop-index", "delete-rows", "unread-statement"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	first := driver.Rules[0]
	if *first.Name != "DropTable" || *first.ShortDescription.Text != "Table dropped" {
		t.Errorf("rule %s: %s", *first.Name, *first.ShortDescription.Text)
	}
	if diff := cmp.Diff("DROP TABLE takes every row along.\n"+
		"\n**Instead:** Rename it (`ALTER TABLE … RENAME TO …`) first.\n"+
		"\n**Reported:**\n\n```sql\n-- earlier migrations\nCREATE TABLE t (a int);\n-- the change\nDROP TABLE t;\n```\n"+
		"\n**Not reported:**\n\n```sql\nDROP VIEW v;\n```\n", *first.Help.Markdown); diff != "" {
		t.Errorf("help (-want +got):\n%s", diff)
	}
	if unknown := driver.Rules[1]; *unknown.ShortDescription.Text != "update-rows" || unknown.HelpURI != nil {
		t.Errorf("a rule that is not known is called %q, and its help is at %v", *unknown.ShortDescription.Text, unknown.HelpURI)
	}
	if *first.HelpURI != homepage+"/blob/main/docs/rules/drop-table.md" {
		t.Errorf("the help is at %s", *first.HelpURI)
	}
	for _, rule := range driver.Rules {
		// What GitHub's documentation requires of a rule, the lengths included.
		for what, text := range map[string]*string{
			"shortDescription": rule.ShortDescription.Text, "fullDescription": rule.FullDescription.Text, "help": rule.Help.Text,
		} {
			if text == nil || *text == "" || what != "help" && len(*text) > 1024 {
				t.Errorf("%s: the %s is empty or too long", *rule.ID, what)
			}
		}
		if len(rule.Properties.Tags) > 10 || rule.Properties.Properties["security-severity"] != nil {
			t.Errorf("%s: properties %v", *rule.ID, rule.Properties)
		}
	}
}

func TestSARIFResults(t *testing.T) {
	type result struct {
		Rule, Level   string
		Index         int
		Rank          float64
		Fingerprint   string
		Suppressed    string
		StartLine     int
		StartColumn   int
		EndLine       int
		EndColumn     int
		URI, Base     string
		Score         any
		ByteOffset    int
		MessagePrefix string
	}
	const cleanup = "db/migrations/0007_cleanup.up.sql"
	const evil = "db/evil%60name%60%0A%3A%3Aerror%3A%3A@octocat%20%3C%21--%20x%20--%3E%23%23%5Bset-output%20name=blocked%5Dfalse.sql"
	want := []result{
		{"drop-table", "error", 0, 95, "fp-drop-table", "", 2, 1, 2, 25, cleanup, sourceRoot, 95.0, -1, "Drops table users"},
		{"update-rows", "warning", 1, 45, "fp-update-rows", "", 4, 2, 7, 27, cleanup, sourceRoot, 45.0, -1, "Overwrites email and 名前"},
		{"drop-column", "error", 2, 70, "fp-drop-column", "", 8, 42, 8, 65, cleanup, sourceRoot, 70.0, -1, "Drops column legacy_note"},
		{"drop-index", "note", 3, 10, "fp-drop-index", "inSource accepted replaced by orders_user_idx, see #12", 9, 1, 9, 22, cleanup, sourceRoot, 10.0, -1, "Drops index"},
		{"delete-rows", "error", 4, 62, "fp-delete-rows", "", 1, 1, 11, 11, evil, sourceRoot, 62.0, -1, "Deletes rows of ```<U+000A><!-- dropgate"},
		{"unread-statement", "error", 5, 60, "fp-unread-statement", "", 12, 1, 12, 20, evil, sourceRoot, 60.0, -1, "This statement"},
	}
	var got []result
	for i, r := range sarifLogOf(t, fixture(t)).Runs[0].Results {
		place := r.Locations[0].PhysicalLocation
		g := result{
			Rule: *r.RuleID, Level: r.Level, Index: r.RuleIndex, Rank: r.Rank,
			Fingerprint: r.PartialFingerprints[fingerprintKey],
			StartLine:   *place.Region.StartLine, StartColumn: *place.Region.StartColumn,
			EndLine: *place.Region.EndLine, EndColumn: *place.Region.EndColumn,
			URI: *place.ArtifactLocation.URI, Base: *place.ArtifactLocation.URIBaseID,
			Score: r.Properties.Properties["score"], ByteOffset: place.Region.ByteOffset,
			MessagePrefix: (*r.Message.Text)[:len(want[i].MessagePrefix)],
		}
		if r.Suppressions == nil {
			t.Errorf("%s: it is not said whether it is suppressed", g.Rule)
		}
		for _, s := range r.Suppressions {
			g.Suppressed += *s.Kind + " " + *s.Status + " " + *s.Justification
		}
		got = append(got, g)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// TestSARIFLevels holds that what a label covers is no error.
func TestSARIFLevels(t *testing.T) {
	suppressed := &analyzer.Suppression{By: "config", Reason: "seeds"}
	tests := []struct {
		name    string
		finding analyzer.Finding
		blocked bool
		want    string
	}{
		{"blocking", analyzer.Finding{Score: 60, Blocking: true}, true, "error"},
		{"covered", analyzer.Finding{Score: 60, Blocking: true}, false, "warning"},
		{"30", analyzer.Finding{Score: 30}, true, "warning"},
		{"29", analyzer.Finding{Score: 29}, true, "note"},
		{"suppressed", analyzer.Finding{Score: 90, Suppressed: suppressed}, true, "note"},
	}
	for _, tt := range tests {
		r := fixture(t)
		r.Decision.Blocked = tt.blocked
		if got := sarifLevel(tt.finding, r); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := *newSARIFSuppression(suppressed).Kind; got != "external" {
		t.Errorf("suppressed by the config: kind %s, want external", got)
	}
}

func TestSARIFFile(t *testing.T) {
	tests := []struct{ path, want, base string }{
		{"db/a b.sql", "db/a%20b.sql", sourceRoot},
		{"a:b/c:d.sql", "a%3Ab/c%3Ad.sql", sourceRoot},
		{"50%/x?y#z.sql", "50%25/x%3Fy%23z.sql", sourceRoot},
		{"名前.sql", "%E5%90%8D%E5%89%8D.sql", sourceRoot},
		{"a\xff\u202e\x00.sql", "a%FF%E2%80%AE%00.sql", sourceRoot},
		{`a\b.sql`, "a%5Cb.sql", sourceRoot},
		{"../up.sql", "../up.sql", sourceRoot},
		{"-", "-", sourceRoot},
		{"/srv/x y.sql", "file:///srv/x%20y.sql", ""},
		{"//host/x.sql", "file:////host/x.sql", ""},
	}
	for _, tt := range tests {
		got := sarifFile(tt.path)
		base := ""
		if got.URIBaseID != nil {
			base = *got.URIBaseID
		}
		if *got.URI != tt.want || base != tt.base {
			t.Errorf("%q: got %s under %q, want %s under %q", tt.path, *got.URI, base, tt.want, tt.base)
		}
		parsed, err := url.Parse(*got.URI)
		if err != nil || parsed.Path != tt.path || parsed.IsAbs() != strings.HasPrefix(tt.path, "/") {
			t.Errorf("%q: reads back as %q, %v", tt.path, parsed, err)
		}
	}
}

func TestSARIFHostileText(t *testing.T) {
	r := fixture(t)
	r.Rules["drop-table"].Title = "a\u202eb\x00"
	f := &r.Report.Findings[0]
	f.Message = "Drops {0}, [here](https://evil.example)\n\x1b\xff\u202e."
	f.Remedy = "One {two}\r\n[three](4)."
	f.Uses = nil
	f.Suppressed = &analyzer.Suppression{By: "config", Reason: "a\nb"}
	run := sarifLogOf(t, r).Runs[0]
	want := "Drops {{0}}, [here] (https://evil.example)<U+000A><U+001B><0xFF><U+202E>.\n\nInstead: One {{two}}\n[three] (4)."
	if diff := cmp.Diff(want, *run.Results[0].Message.Text); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if got, want := *run.Tool.Driver.Rules[0].ShortDescription.Text, "a<U+202E>b<U+0000>"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	if got, want := *run.Results[0].Suppressions[0].Justification, "a<U+000A>b"; got != want {
		t.Errorf("justification %q, want %q", got, want)
	}
}

// TestSARIFWithoutPosition is about files of which nothing could be read.
func TestSARIFWithoutPosition(t *testing.T) {
	r := fixture(t)
	f := &r.Report.Findings[0]
	f.Start, f.End = source.Position{}, source.Position{}
	region := sarifLogOf(t, r).Runs[0].Results[0].Locations[0].PhysicalLocation.Region
	got := []int{*region.StartLine, *region.StartColumn, *region.EndLine, *region.EndColumn}
	if diff := cmp.Diff([]int{1, 1, 1, 1}, got); diff != "" {
		t.Errorf("region (-want +got):\n%s", diff)
	}
}
