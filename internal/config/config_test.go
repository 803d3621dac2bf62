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
		Backup:          Backup{"none", "restore-drill.yml", "backup/restore-drill", 24 * time.Hour},
	}
	if diff := cmp.Diff(want, Default(), ignorePlaces); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
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

func TestPlace(t *testing.T) {
	c := parse(t, "threshold: 1\nschema: db/structure.sql\n")
	if got := c.Place("schema"); got != "f.yml:2:1" {
		t.Errorf("got %q, want f.yml:2:1", got)
	}
	if got := c.Place("label"); got != "" {
		t.Errorf("got %q for a key that is not set", got)
	}
}

func TestPolicyOfBackup(t *testing.T) {
	tests := []struct {
		yaml string
		want gate.ProofPolicy
	}{
		{"backup: {workflow: drill.yml, status: x}\n", gate.ProofPolicy{}},
		{"backup: {evidence: workflow, workflow: drill.yml}\n", gate.ProofPolicy{Evidence: gate.ByWorkflow, Name: "drill.yml", MaxAge: 24 * time.Hour}},
		{"backup: {evidence: status, status: a/b, max-age: 7d}\n", gate.ProofPolicy{Evidence: gate.ByStatus, Name: "a/b", MaxAge: 7 * 24 * time.Hour}},
	}
	for _, test := range tests {
		if got := parse(t, test.yaml).Policy().Proof; got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.yaml, got, test.want)
		}
	}
}
