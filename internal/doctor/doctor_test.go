package doctor

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const gatePath = ".github/workflows/gate.yml"

const good = `name: gate
on:
  pull_request: {types: [opened, synchronize, reopened, labeled, unlabeled, ready_for_review, edited]}
  merge_group:
permissions: {contents: read, pull-requests: write}
concurrency: {group: "gate-${{ github.event.number }}", cancel-in-progress: false}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: dropgate/dropgate@0123456789012345678901234567890123456789
`

// guarded is a repository in which everything holds that can be told.
func guarded(workflow string) Facts {
	return Facts{
		Repository: "octo/shop", Branch: "main", Label: "backup-check", SecondPerson: true,
		Workflows:  []File{{gatePath, []byte(workflow)}},
		CodeOwners: &File{".github/CODEOWNERS", []byte("/.github/ @octo/dba\n")},
		Remote: &Remote{
			RulesKnown: true, RuleReview: true, LabelSeen: true, Classic: true,
			ClassicChecks: []RequiredCheck{{"gate", actionsApp}}, ChecksKnown: true,
			ReviewKnown: true, Admins: true, AdminsKnown: true,
		},
	}
}

// states returns what does not simply hold, as "name: state", and "name: better"
// where there is advice.
func states(f Facts) []string {
	var all []string
	for _, c := range Examine(f) {
		switch {
		case c.State != Holds:
			all = append(all, c.Name+": "+string(c.State))
		case c.Advice != "":
			all = append(all, c.Name+": better")
		}
	}
	return all
}

func TestEverythingHolds(t *testing.T) {
	if got := states(guarded(good)); got != nil {
		t.Errorf("%q, want that all holds", got)
	}
	if got := len(Examine(guarded(good))); got != 16 {
		t.Errorf("%d checks, want 16", got)
	}
}

// TestWorkflows changes one thing of a workflow in which everything holds.
func TestWorkflows(t *testing.T) {
	const (
		types = "{types: [opened, synchronize, reopened, labeled, unlabeled, ready_for_review, edited]}"
		step  = "      - uses: dropgate/dropgate@0123456789012345678901234567890123456789\n"
		on    = "on:\n  pull_request: " + types + "\n  merge_group:\n"
		job   = "    runs-on: ubuntu-latest\n"
		perms = "permissions: {contents: read, pull-requests: write}\n"
		group = `concurrency: {group: "gate-${{ github.event.number }}", cancel-in-progress: false}` + "\n"
	)
	tests := []struct {
		name, old, new string
		want           []string
	}{
		{"no step", step, "      - run: echo dropgate\n", []string{"workflow: does not hold", "required: cannot tell"}},
		{"a script", step, "      - run: dropgate action\n", []string{"pinned: cannot tell"}},
		{"a script that only checks", step, "      - run: |\n          dropgate check --diff origin/main\n", []string{"workflow: better", "pinned: cannot tell"}},
		{"a script whose end is swallowed", step, "      - run: dropgate action || true\n", []string{"fails: does not hold", "pinned: cannot tell"}},
		{"a script with a pipe", step, "      - run: dropgate action | tee log\n", []string{"fails: cannot tell", "pinned: cannot tell"}},
		{"an image by tag", step, "      - uses: docker://ghcr.io/dropgate/dropgate:1\n", []string{"pinned: better"}},
		{"an image by digest", step, "      - uses: docker://ghcr.io/octo/dropgate@sha256:" + strings.Repeat("0", 64) + "\n", nil},
		{"a tag", step, "      - uses: DropGate/dropgate@v1\n", []string{"pinned: better"}},
		{"no version", step, "      - uses: dropgate/dropgate\n", []string{"pinned: does not hold"}},
		{"a local action that is another", step, "      - uses: ./\n", []string{"workflow: does not hold", "required: cannot tell"}},
		{"a called workflow elsewhere", "    runs-on: ubuntu-latest\n    steps:\n" + step, "    uses: octo/flows/.github/workflows/gate.yml@main\n", []string{"workflow: cannot tell", "required: cannot tell"}},

		{"on as a word", on, "on: pull_request\n", []string{"triggers: does not hold", "merge-queue: cannot tell"}},
		{"on as a list", on, "on: [pull_request, merge_group]\n", []string{"triggers: does not hold"}},
		{"on as a list below", on, "on:\n  - pull_request\n  - merge_group\n", []string{"triggers: does not hold"}},
		{"on without types", on, "on:\n  pull_request:\n  merge_group:\n", []string{"triggers: does not hold"}},
		{"on in quotes", "on:", `"on":`, nil},
		{"on that became true", "on:", "true:", []string{"workflow: does not hold", "required: cannot tell"}},
		{"on push only", on, "on: push\n", []string{"workflow: does not hold", "required: cannot tell"}},
		{"no labeled", ", labeled", "", []string{"triggers: does not hold"}},
		{"no synchronize", ", synchronize", "", []string{"triggers: does not hold"}},
		{"no edited", ", edited", "", []string{"triggers: better"}},
		{"closed", "edited]", "edited, closed]", []string{"triggers: does not hold"}},
		{"closed and no edited", ", edited]", ", closed]", []string{"triggers: does not hold"}},
		{"types by an anchor", on, "on:\n  pull_request: &all " + types + "\n  pull_request_target: *all\n  merge_group:\n", []string{"permissions: does not hold"}},
		{"a merge key", on, "on:\n  pull_request: &all " + types + "\n  pull_request_target: {<<: *all}\n", []string{"workflow: cannot tell", "required: cannot tell"}},
		{"types that only a run knows", types, "{types: \"${{ vars.TYPES }}\"}", []string{"triggers: cannot tell"}},
		{"no merge_group", "  merge_group:\n", "", []string{"merge-queue: cannot tell"}},
		{"merge_group of another type", "  merge_group:\n", "  merge_group: {types: [destroyed]}\n", []string{"merge-queue: does not hold"}},

		{"paths", "{types:", "{paths: ['db/**'], types:", []string{"filters: does not hold"}},
		{"paths-ignore", "{types:", "{paths-ignore: [docs], types:", []string{"filters: does not hold"}},
		{"this branch", "{types:", "{branches: [main], types:", nil},
		{"a pattern for this branch", "{types:", "{branches: ['m*'], types:", nil},
		{"another branch", "{types:", "{branches: ['release/**'], types:", []string{"filters: does not hold"}},
		{"all but this branch", "{types:", "{branches: ['**', '!main'], types:", []string{"filters: does not hold"}},
		{"this branch ignored", "{types:", "{branches-ignore: main, types:", []string{"filters: does not hold"}},
		{"another branch ignored", "{types:", "{branches-ignore: [next], types:", nil},
		{"another branch in the queue", "  merge_group:\n", "  merge_group: {branches: [next]}\n", []string{"filters: does not hold"}},

		{"a condition on the job", job, job + "    if: contains(github.event.pull_request.labels.*.name, 'db')\n", []string{"always-runs: does not hold"}},
		{"a condition on the step", "      - uses", "      - if: github.actor != 'dependabot[bot]'\n        uses", []string{"always-runs: does not hold"}},
		{"a condition that is always met", job, job + "    if: ${{ always() }}\n", nil},
		{"a condition that the events meet", job, job + "    if: github.event_name == 'pull_request' || github.event_name == 'merge_group'\n", nil},
		{"a condition that leaves the queue out", job, job + "    if: github.event_name == 'pull_request'\n", []string{"always-runs: does not hold"}},
		{"a condition that negates", job, job + "    if: github.event_name != 'push'\n", nil},
		{"a condition of the settings", job, job + "    if: vars.GATE == 'on'\n", []string{"always-runs: cannot tell"}},
		{"needs", job, job + "    needs: build\n", []string{"always-runs: does not hold"}},
		{"needs whatever became of it", job, job + "    needs: [build]\n    if: always()\n", nil},

		{"continue-on-error on the step", "      - uses", "      - continue-on-error: true\n        uses", []string{"fails: does not hold"}},
		{"continue-on-error on the job", job, job + "    continue-on-error: true\n", []string{"fails: does not hold"}},
		{"continue-on-error by an expression", job, job + "    continue-on-error: ${{ matrix.soft }}\n", []string{"fails: cannot tell"}},
		{"continue-on-error off", job, job + "    continue-on-error: ${{ false }}\n", nil},

		{"cancel-in-progress", "cancel-in-progress: false", "cancel-in-progress: true", []string{"concurrency: does not hold"}},
		{"cancel-in-progress by an expression", "cancel-in-progress: false", `cancel-in-progress: "${{ github.ref != 'x' }}"`, []string{"concurrency: cannot tell"}},
		{"no concurrency", group, "", nil},
		{"one group for all", group, "concurrency: gate\n", []string{"concurrency: does not hold"}},
		{"cancel-in-progress on the job", job, job + "    concurrency: {group: \"x-${{ github.ref }}\", cancel-in-progress: true}\n", []string{"concurrency: does not hold"}},

		{"no permissions", perms, "", []string{"permissions: cannot tell"}},
		{"none at all", perms, "permissions: {}\n", []string{"permissions: does not hold"}},
		{"read-all", perms, "permissions: read-all\n", []string{"permissions: does not hold"}},
		{"write-all", perms, "permissions: write-all\n", nil},
		{"no contents", "contents: read, ", "", []string{"permissions: does not hold"}},
		{"only read", "pull-requests: write", "pull-requests: read", []string{"permissions: does not hold"}},
		{"the job's own", job, job + "    permissions: {contents: read}\n", []string{"permissions: does not hold"}},
		{"a token of its own", step, step + "        with: {github-token: \"${{ secrets.PAT }}\"}\n", []string{"permissions: cannot tell"}},
		{"a status without statuses: write", step, step + "        with: {status: gate}\n", []string{"permissions: does not hold"}},
		{"a status", "pull-requests: write}", "pull-requests: write, statuses: write}", nil},

		{"another name", job, "    name: Migrations\n" + job, []string{"required: does not hold", "bypass: cannot tell"}},
		{"a name of a run", job, "    name: gate ${{ github.ref }}\n" + job, []string{"required: cannot tell", "unique-name: cannot tell", "bypass: cannot tell"}},
		{"a matrix", job, "    strategy: {matrix: {go: [1, 2]}}\n" + job, []string{"required: does not hold", "bypass: cannot tell"}},
		{"a matrix of a run", job, "    strategy: {matrix: \"${{ fromJSON(vars.M) }}\"}\n" + job, []string{"required: cannot tell", "unique-name: cannot tell", "bypass: cannot tell"}},

		{"not YAML", "jobs:", "jobs: [dropgate", []string{"workflow: cannot tell", "required: cannot tell"}},
		{"two documents", "jobs:", "---\njobs:", []string{"workflow: cannot tell", "required: cannot tell"}},
		{"a key twice", perms, perms + perms, []string{"workflow: cannot tell", "required: cannot tell"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(good, test.old) {
				t.Fatalf("the workflow does not have %q", test.old)
			}
			text := strings.Replace(good, test.old, test.new, 1)
			got := states(guarded(text))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("what does not hold (-want +got):\n%s\n%s", diff, text)
			}
			for _, c := range Examine(guarded(text)) {
				if c.State == DoesNotHold && c.Fix == "" {
					t.Errorf("%s does not hold, and nothing says what to do", c.Name)
				}
			}
		})
	}
}

// TestRules changes one thing of what surrounds the workflow.
func TestRules(t *testing.T) {
	target := strings.Replace(strings.Replace(good, "pull_request:", "pull_request_target:", 1), "write}", "write, statuses: write}", 1)
	tests := []struct {
		name   string
		change func(*Facts)
		want   []string
	}{
		{"nobody was asked", func(f *Facts) { f.Remote, f.WhyNot = nil, "no token" },
			[]string{"required: cannot tell", "bypass: cannot tell", "workflow-protected: cannot tell", "label: cannot tell"}},
		{"nothing is required", func(f *Facts) { f.Remote.ClassicChecks = nil },
			[]string{"required: does not hold", "bypass: cannot tell"}},
		{"another case", func(f *Facts) { f.Remote.ClassicChecks[0].Context = "Gate" },
			[]string{"required: does not hold", "bypass: cannot tell"}},
		{"as the page shows it", func(f *Facts) { f.Remote.ClassicChecks[0].Context = "gate / gate" },
			[]string{"required: does not hold", "bypass: cannot tell"}},
		{"a protection that is not shown", func(f *Facts) {
			f.Remote.ClassicChecks, f.Remote.ChecksKnown, f.Remote.AdminsKnown, f.Remote.ReviewKnown = nil, false, false, false
		}, []string{"required: cannot tell", "bypass: cannot tell"}},
		{"rules that are not shown", func(f *Facts) { f.Remote.RulesKnown, f.Remote.ClassicChecks = false, nil },
			[]string{"required: cannot tell", "bypass: cannot tell"}},
		{"from any app", func(f *Facts) { f.Remote.ClassicChecks[0].App = 0 }, []string{"required: better"}},
		{"from another app", func(f *Facts) { f.Remote.ClassicChecks[0].App = 7 }, []string{"required: cannot tell"}},
		{"from another app on another GitHub", func(f *Facts) { f.Remote.ClassicChecks[0].App, f.Remote.OtherGitHub = 7, true }, nil},
		{"not for administrators", func(f *Facts) { f.Remote.Admins = false }, []string{"bypass: does not hold"}},
		{"by a ruleset", func(f *Facts) { f.Remote.RuleChecks, f.Remote.Classic = f.Remote.ClassicChecks, false }, []string{"bypass: cannot tell"}},
		{"a required workflow", func(f *Facts) {
			f.Remote.ClassicChecks, f.CodeOwners = nil, nil
			f.Remote.RuleFlows = []RequiredWorkflow{{gatePath, true}}
		}, []string{"bypass: cannot tell"}},
		{"a required workflow of another repository", func(f *Facts) {
			f.CodeOwners = nil
			f.Remote.RuleFlows = []RequiredWorkflow{{gatePath, false}}
		}, []string{"workflow-protected: cannot tell"}},
		{"a queue without merge_group", func(f *Facts) {
			f.Remote.MergeQueue = true
			f.Workflows[0].Data = []byte(strings.Replace(good, "  merge_group:\n", "", 1))
		}, []string{"merge-queue: does not hold"}},
		{"no queue and no merge_group", func(f *Facts) {
			f.Remote.RuleChecks, f.Remote.Classic = f.Remote.ClassicChecks, false
			f.Workflows[0].Data = []byte(strings.Replace(good, "  merge_group:\n", "", 1))
		}, []string{"merge-queue: better", "bypass: cannot tell"}},
		{"no owners", func(f *Facts) { f.CodeOwners = nil }, []string{"workflow-protected: does not hold"}},
		{"owners of something else", func(f *Facts) { f.CodeOwners.Data = []byte("/db/ @octo/dba\n") }, []string{"workflow-protected: does not hold"}},
		{"owners taken back", func(f *Facts) { f.CodeOwners.Data = []byte("* @octo/dba\n.github/workflows/\n") }, []string{"workflow-protected: does not hold"}},
		{"owners that nobody asks", func(f *Facts) { f.Remote.RuleReview = false }, []string{"workflow-protected: does not hold"}},
		{"owners, and rules not shown", func(f *Facts) { f.Remote.RuleReview, f.Remote.ReviewKnown = false, false }, []string{"workflow-protected: cannot tell"}},
		{"the target's event", func(f *Facts) {
			f.Workflows[0].Data, f.CodeOwners = []byte(target), nil
			f.Remote.ClassicChecks[0].Context = "dropgate"
		}, nil},
		{"the target's event on closed", func(f *Facts) {
			f.Workflows[0].Data, f.CodeOwners = []byte(strings.Replace(target, "edited]", "edited, closed]", 1)), nil
			f.Remote.ClassicChecks[0].Context = "dropgate"
		}, []string{"triggers: better"}},
		{"both events", func(f *Facts) {
			f.Workflows[0].Data = []byte(strings.Replace(target, "on:\n", "on:\n  pull_request: {types: ["+join(allTypes)+"]}\n", 1))
			f.Remote.ClassicChecks[0].Context = "dropgate"
		}, nil},
		{"the target's event and the job's name", func(f *Facts) { f.Workflows[0].Data = []byte(target) },
			[]string{"required: does not hold", "bypass: cannot tell"}},
		{"the target's event and one group", func(f *Facts) {
			f.Workflows[0].Data = []byte(strings.Replace(target, "github.event.number", "github.ref", 1))
			f.Remote.ClassicChecks[0].Context = "dropgate"
		}, []string{"concurrency: does not hold"}},
		{"evidence of a workflow", func(f *Facts) { f.Evidence = "workflow" }, []string{"permissions: does not hold"}},
		{"another job of the name", func(f *Facts) {
			f.Workflows = append(f.Workflows, File{".github/workflows/x.yml", []byte("on: push\njobs: {x: {name: gate, runs-on: ubuntu-latest}}\n")})
		}, []string{"unique-name: does not hold"}},
		{"the second of two is required", func(f *Facts) {
			f.Workflows = append([]File{{".github/workflows/a.yml", []byte(strings.Replace(good, "  gate:", "  audit:", 1))}}, f.Workflows...)
		}, []string{"workflow: better"}},
		{"not merged yet", func(f *Facts) { f.Workflows, f.Unmerged = nil, []string{gatePath} },
			[]string{"workflow: does not hold", "required: cannot tell"}},
		{"a config that is refused", func(f *Facts) { f.ConfigError = "unknown key" }, []string{"config: does not hold"}},
		{"a config under another name", func(f *Facts) { f.Misnamed = ".dropgate.yaml" }, []string{"config: does not hold"}},
		{"another name that the workflow has", func(f *Facts) {
			f.Misnamed = ".dropgate.yaml"
			f.Workflows[0].Data = []byte(good + "        with: {config: .dropgate.yaml}\n")
		}, nil},
		{"the author may label", func(f *Facts) { f.SecondPerson = false }, []string{"labelers: better"}},
		{"a local action", func(f *Facts) {
			f.Workflows[0].Data = []byte(strings.Replace(good, "dropgate/dropgate@0123456789012345678901234567890123456789", "./tools/gate", 1))
			f.Actions = []File{{"tools/gate/action.yml", []byte("name: x\nruns:\n  using: composite\n  steps: [{uses: dropgate/dropgate@v1}]\n")}}
		}, []string{"workflow-protected: does not hold"}},
		{"a workflow that is called", func(f *Facts) {
			f.Workflows = append(f.Workflows, File{".github/workflows/inner.yml", []byte(strings.Replace(good, "  merge_group:", "  workflow_call:", 1))})
			before, _, _ := strings.Cut(good, "    runs-on")
			_, jobs, _ := strings.Cut(good, "jobs:")
			f.Workflows[0].Data = []byte(before + "    uses: ./.github/workflows/inner.yml\n")
			f.Workflows[1].Data = []byte("on: workflow_call\njobs:" + jobs)
			f.Remote.ClassicChecks[0].Context = "gate / gate"
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := guarded(good)
			test.change(&f)
			if diff := cmp.Diff(test.want, states(f)); diff != "" {
				t.Errorf("what does not hold (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwns(t *testing.T) {
	const path = ".github/workflows/gate.yml"
	for pattern, want := range map[string]bool{
		"*": true, "/.github/": true, ".github": true, ".github/": true, "/.github/workflows": true, "workflows/": true,
		"*.yml": true, "gate.yml": true, "**/gate.yml": true, "/.github/**": true, ".github/workflows/*": true,
		"/.github/*": false, "github/": false, "/workflows/": false, "*.yaml": false, "/gate.yml": false,
		"!/.github/": false, "/.github/[w]*/": false, "": false, "/.github/workflows/gate.yml": true, "/.github/**/gate.*": true,
	} {
		if got := pattern != "" && owns(pattern, path); got != want {
			t.Errorf("%q owns it: %t, want %t", pattern, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	for _, test := range []struct {
		pattern, branch string
		want            bool
	}{
		{"main", "main", true}, {"main", "mainline", false}, {"*", "main", true}, {"*", "a/b", false}, {"**", "a/b", true},
		{"release/**", "release/1/2", true}, {"v[12].[0-9]+", "v1.10", true}, {"v[12].[0-9]+", "v3.1", false}, {"a.b", "axb", false},
		{"mai?n", "man", true}, {"(", "(", true}, {"[", "main", false},
	} {
		if got := fits(test.pattern, test.branch); got != test.want {
			t.Errorf("%q fits %q: %t, want %t", test.pattern, test.branch, got, test.want)
		}
	}
}

// TestHostileWorkflows holds that no text costs much, and that none is a panic.
func TestHostileWorkflows(t *testing.T) {
	for name, text := range map[string]string{
		"aliases of aliases": "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\non: *c\njobs: *c\n",
		"an alias to itself": "on: &a [*a]\njobs: {dropgate: 1}\n",
		"deep":               "on: " + strings.Repeat("[", 10_000) + "dropgate",
		"deep keys":          strings.Repeat("? ", 10_000) + "dropgate",
		"scalars":            "on: 1\njobs: 2\n# dropgate",
		"lists":              "on: [[pull_request]]\njobs: [x]\nsteps: 1\n",
		"nothing":            "",
		"jobs of nothing":    "on: pull_request\njobs: {a: , b: 1, c: {steps: x}, d: {steps: [x, , {uses: 1}, {run: [dropgate check]}]}}\n",
		"bytes":              "on: pull_request\njobs: \xff dropgate",
		"a step of nothing":  strings.Replace(good, "    steps:\n", "    steps:\n      -\n      - &x {uses: ./../../x}\n      - *x\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			LocalActions([]File{{gatePath, []byte(text)}})
			if len(Examine(guarded(text))) == 0 {
				t.Error("no checks at all")
			}
		})
	}
}
