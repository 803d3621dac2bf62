package scaffold

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/doctor"
)

// TestWorkflowPassesTheDoctor holds that nothing of the workflow itself is wrong.
func TestWorkflowPassesTheDoctor(t *testing.T) {
	facts := doctor.Facts{
		Branch: "main", Label: "backup-check", Workflows: []doctor.File{{Path: WorkflowPath, Data: []byte(Workflow())}},
		Remote:     &doctor.Remote{RulesKnown: true, MergeQueue: true, RuleReview: true, RuleChecks: []doctor.RequiredCheck{{Context: "dropgate", App: 15368}}},
		CodeOwners: &doctor.File{Path: "CODEOWNERS", Data: []byte("* @octo/dba\n")},
	}
	unknown := map[string]bool{"bypass": true, "label": true} // GitHub does not tell
	for _, c := range doctor.Examine(facts) {
		if c.State != doctor.Holds && !unknown[c.Name] {
			t.Errorf("%s %s: %s", c.Name, c.State, c.Text)
		}
	}
}

func TestConfig(t *testing.T) {
	tests := []struct {
		name  string
		files []Migration
		lines []string // what it sets
		want  config.Config
	}{
		{"nothing found", nil, []string{"version: 1"}, config.Default()},
		{
			"migrations", []Migration{{Path: "db/1_a.up.sql", Set: "db", Format: "golang-migrate"}},
			[]string{"version: 1"}, config.Default(),
		},
		{
			"a dump", []Migration{{Path: "db/structure.sql", Set: "db", Format: "pg_dump"}},
			[]string{"version: 1", "schema: db/structure.sql"},
			with(func(c *config.Config) { c.Schema = "db/structure.sql" }),
		},
		{
			"another database", []Migration{
				{Path: "db/my sql/1.sql", Set: "db/my sql", Format: "sql", Foreign: true},
				{Path: "db/pg/1.sql", Set: "db/pg", Format: "sql"},
				{Path: "x[/1.sql", Set: "x[", Format: "sql", Foreign: true},
			},
			[]string{"version: 1", `exclude: ["db/my sql/**"]`},
			with(func(c *config.Config) { c.Exclude = []string{"db/my sql/**"} }),
		},
		{
			"a folder that would end the comment", []Migration{{Path: "a\nthreshold: 100/1.sql", Set: "a\nthreshold: 100", Format: "sql"}},
			[]string{"version: 1"}, config.Default(),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := Config(test.files)
			var set []string
			for line := range strings.Lines(text) {
				if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
					set = append(set, line)
				}
			}
			if diff := cmp.Diff(test.lines, set); diff != "" {
				t.Errorf("what is set (-want +got):\n%s", diff)
			}
			got, err := config.Parse(ConfigPath, []byte(text), config.Known{Formats: migration.Names()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreUnexported(config.Config{})); diff != "" {
				t.Errorf("config (-want +got):\n%s", diff)
			}
		})
	}
}

func with(change func(*config.Config)) config.Config {
	c := config.Default()
	change(&c)
	return c
}

func TestSets(t *testing.T) {
	got := Sets([]Migration{
		{Set: "b", Format: "sql"},
		{Set: "a", Format: "goose"}, {Set: "a", Format: "sql", Foreign: true}, {Set: "a", Format: "goose"},
		{Set: "c", Format: "sqlx", Foreign: true}, {Set: "c", Format: "sql", Foreign: true},
	})
	want := []Set{
		{Folder: "a", Format: "goose", Files: 3}, {Folder: "b", Format: "sql", Files: 1},
		{Folder: "c", Format: "sql", Files: 2, Foreign: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
	if got := want[0].String() + "; " + want[1].String(); got != "goose in a (3 files); sql in b (1 file)" {
		t.Error(got)
	}
}

// TestAt holds that a commit takes the place of the release wherever a file names it,
// and that the workflow passes the doctor then without any advice about it.
func TestAt(t *testing.T) {
	const commit = "0123456789012345678901234567890123456789"
	if got := At(Workflow(), ""); got != Workflow() {
		t.Errorf("without a commit it is another workflow:\n%s", got)
	}
	for name, text := range map[string]string{"the workflow": Workflow(), "the config": Config(nil)} {
		got := At(text, commit)
		if strings.Contains(got, "@"+Version) || strings.Contains(got, "/"+Version+"/") || strings.Count(got, commit) != 1 {
			t.Errorf("%s has to name %s once, and no release:\n%s", name, commit, got)
		}
	}
	for _, c := range doctor.Examine(doctor.Facts{Branch: "main", Workflows: []doctor.File{{Path: WorkflowPath, Data: []byte(At(Workflow(), commit))}}}) {
		if c.Name == "pinned" && (c.State != doctor.Holds || c.Advice != "") {
			t.Errorf("the doctor says of the commit: %s, %s", c.Text, c.Advice)
		}
	}
}
