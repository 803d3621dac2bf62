package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
)

func TestDefault(t *testing.T) {
	want := Config{
		PostgresVersion: 16, Threshold: 60, Label: "backup-check", Comment: "review",
		Acknowledgement: Acknowledgement{RemoveStaleLabel: true},
		Backup:          Backup{Evidence: "none", MaxAge: 24 * time.Hour},
	}
	if diff := cmp.Diff(want, Default(), ignorePlaces); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := Default().Unsupported(); len(got) != 0 {
		t.Errorf("the defaults are not supported: %q", got)
	}
}

func TestPolicy(t *testing.T) {
	c := Config{Threshold: 75, Label: "dba-ok", Acknowledgement: Acknowledgement{
		SecondPerson: true, Labelers: []string{"carol", "@octo/dba", "write", "Maintain"}, MaxAge: time.Hour,
	}}
	want := gate.Policy{
		Threshold: 75, Label: "dba-ok", SecondPerson: true, MaxAge: time.Hour,
		Labelers: gate.Labelers{Logins: []string{"carol"}, Teams: []gate.Team{{Organisation: "octo", Name: "dba"}}, Least: gate.Write},
	}
	if diff := cmp.Diff(want, c.Policy()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestIncludes(t *testing.T) {
	tests := []struct {
		yaml string
		path string
		want bool
	}{
		{``, "anything/at all.sql", true},
		{`paths: []`, "a.sql", true},
		{`paths: [db/migrations]`, "db/migrations/1.sql", true},
		{`paths: [db/migrations]`, "db/migrations/deep/er/1.sql", true},
		{`paths: [db/migrations/]`, "db/migrations/1.sql", true},
		{`paths: [./db/migrations]`, "db/migrations/1.sql", true},
		{`paths: [db/migrations]`, "db/migrations2/1.sql", false},
		{`paths: [db/migrations]`, "other/db/migrations/1.sql", false},
		{`paths: ["**/migrations"]`, "other/db/migrations/1.sql", true},
		{`paths: ["*.sql"]`, "a.sql", true},
		{`paths: ["*.sql"]`, "db/a.sql", false},
		{`paths: ["**/*.sql"]`, "a.sql", true},
		{`paths: ["db/{a,b}/**"]`, "db/b/x", true},
		{`paths: [.]`, "a/b.sql", true},
		{`paths: ["db/[[]x]/*"]`, "db/[x]/1.sql", true},
		{`paths: ["db/\\[x]/*"]`, "db/[x]/1.sql", true},
		{`exclude: [db/seeds]`, "db/seeds/x.sql", false},
		{`exclude: [db/seeds]`, "db/seed.sql", true},
		{"paths: [db]\nexclude: [\"**/seeds/**\"]", "db/seeds/x.sql", false},
		{"paths: [db]\nexclude: [\"**/seeds/**\"]", "db/x.sql", true},
	}
	for _, test := range tests {
		c := parse(t, test.yaml)
		if got := c.Includes(test.path); got != test.want {
			t.Errorf("%s: Includes(%q): got %v, want %v", test.yaml, test.path, got, test.want)
		}
	}
}

func TestFormatOf(t *testing.T) {
	c := parse(t, "formats:\n  db/**: goose\n  db/legacy: flyway\n  \"**/*.up.sql\": sql\n")
	for path, want := range map[string]string{
		"db/1.sql": "goose", "db/legacy/1.sql": "flyway", "db/legacy/1.up.sql": "sql", "x/1.up.sql": "sql", "x/1.sql": "",
	} {
		if got := c.FormatOf(path); got != want {
			t.Errorf("FormatOf(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestApplies(t *testing.T) {
	everywhere, legacy := RuleSetting{Score: 10}, RuleSetting{Score: 10, Paths: []string{"db/legacy"}}
	if !everywhere.Applies("x") || !legacy.Applies("db/legacy/x") || legacy.Applies("db/x") {
		t.Error("a setting without paths applies everywhere, one with paths there only")
	}
}

func TestUnsupported(t *testing.T) {
	const rest = " is set, and this version of dropgate does not carry it out yet: take it out, or update dropgate"
	tests := []struct {
		yaml string
		want []string
	}{
		{"acknowledgement: {second-person: false, labelers: [], max-age: 0s, remove-stale-label: false}\nbackup: {evidence: none}\n", nil},
		{"threshold: 1\nschema: db/structure.sql\n", nil},
		{"acknowledgement: {second-person: true, labelers: [dba], max-age: 1d}\n", nil},
		{"backup: {evidence: status, status: x}\n", []string{"f.yml:1:10: backup.evidence" + rest}},
	}
	for _, test := range tests {
		c := parse(t, test.yaml)
		if diff := cmp.Diff(test.want, c.Unsupported()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.yaml, diff)
		}
	}
	built := Default()
	built.Backup.Evidence = EvidenceStatus
	if diff := cmp.Diff([]string{"backup.evidence" + rest}, built.Unsupported()); diff != "" {
		t.Errorf("a setting without a file (-want +got):\n%s", diff)
	}
}

func TestPlace(t *testing.T) {
	c := parse(t, "threshold: 1\nschema: db/structure.sql\n")
	if got := c.Place("schema"); got != "f.yml:2:1" {
		t.Errorf("got %q, want f.yml:2:1", got)
	}
	if got := c.Place("label"); got != "" {
		t.Errorf("got %q for a key that is not set", got)
	}
}
