package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
	"github.com/dropgate/dropgate/internal/scaffold"
)

// A visit is a repository on the stand-in for GitHub that the doctor looks at.
type visit struct {
	t      *testing.T
	server *githubtest.Server
	repo   *githubtest.Repository
	env    map[string]string
}

// reader is what a token of gh can do for somebody who is no administrator.
var reader = githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Read}

// newVisit makes a repository with these files.
func newVisit(t *testing.T, files map[string]string) *visit {
	t.Helper()
	t.Parallel()
	v := &visit{t: t, server: githubtest.New()}
	v.server.Token(jobToken, reader, "alice")
	v.repo = v.server.Repository(shop)
	v.repo.Commit("main", map[string]string{"README.md": "# Shop\n"})
	v.repo.Commit("main", files)
	v.env = map[string]string{"GITHUB_API_URL": v.server.Start(t) + "/api/v3", "GH_TOKEN": jobToken}
	return v
}

// doctor runs the doctor, and holds what it prints against what is promised.
func (v *visit) doctor(args ...string) (code int, out, errs string) {
	v.t.Helper()
	var o, e bytes.Buffer
	a := &app{
		in: strings.NewReader(""), out: &o, err: &e, now: v.server.Clock.Now,
		getenv: func(name string) string { return v.env[name] },
	}
	v.server.Forget()
	code = a.run(context.Background(), append([]string{"doctor", "--repo", shop}, args...))
	if strings.Contains(o.String()+e.String(), jobToken) {
		v.t.Errorf("the token is printed:\n%s%s", o.String(), e.String())
	}
	if w := v.server.Writes(); len(w) > 0 {
		v.t.Errorf("the doctor changed something: %v", w)
	}
	return code, o.String(), e.String()
}

// wantChecks runs the doctor and compares what does not hold.
func (v *visit) wantChecks(code int, want ...string) diagnosis {
	v.t.Helper()
	got, out, errs := v.doctor("--format", "json")
	if got != code {
		v.t.Errorf("exit code %d, want %d\n%s%s", got, code, out, errs)
	}
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		v.t.Fatalf("%v in %q %s", err, out, errs)
	}
	var open []string
	for _, c := range d.Checks {
		if c.State != "holds" {
			open = append(open, c.Name+": "+string(c.State))
		}
	}
	if diff := cmp.Diff(want, open); diff != "" {
		v.t.Errorf("what does not hold (-want +got):\n%s\n%s", diff, out)
	}
	return d
}

// ours are the files that make a gate that holds.
func ours() map[string]string {
	return map[string]string{
		scaffold.WorkflowPath: scaffold.Workflow(), ".github/CODEOWNERS": "* @octo/dba\n",
		".github/workflows/notes.txt": "dropgate", configName: "version: 1\n",
	}
}

func TestDoctorRuleset(t *testing.T) {
	v := newVisit(t, ours())
	v.repo.Rule("main", githubtest.Rules{
		Checks: []githubtest.RequiredCheck{{Context: "ci"}, {Context: "dropgate", App: 15368}}, CodeOwnerReview: true, MergeQueue: true,
	})
	d := v.wantChecks(exitClear, "bypass: cannot tell", "label: cannot tell")
	if d.Repository != shop || d.Branch != "main" || d.Source != "main on GitHub" || !d.Holds || d.Version != 1 {
		t.Errorf("it is about %+v", d)
	}
	// The repository, the branch, three folders, the workflow, the owners, the
	// config, the rules, the protection, and the last pull request.
	if got := len(v.server.Requests()); got != 11 {
		t.Errorf("%d requests, want 11: %v", got, v.server.Requests())
	}
}

// TestDoctorClosed: the run for a closed pull request passes, on a head that an open one
// may have too. What the doctor says to write instead is what init writes.
func TestDoctorClosed(t *testing.T) {
	files := ours()
	files[scaffold.WorkflowPath] = strings.Replace(scaffold.Workflow(), "edited]", "edited, closed]", 1)
	v := newVisit(t, files)
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate"}}, CodeOwnerReview: true})
	d := v.wantChecks(exitBlocked, "triggers: does not hold", "bypass: cannot tell", "label: cannot tell")
	types := regexp.MustCompile(`types: \[.*\]`).FindString(scaffold.Workflow())
	for _, c := range d.Checks {
		if c.Name == "triggers" && (!strings.Contains(c.Text, "on closed") || !strings.Contains(c.Fix, types) || c.Path != scaffold.WorkflowPath) {
			t.Errorf("%s: %s, fix %q; want that it names closed, and %q", c.Path, c.Text, c.Fix, types)
		}
	}
}

func TestDoctorNothingRequired(t *testing.T) {
	v := newVisit(t, ours())
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "ci"}}, MergeQueue: true})
	d := v.wantChecks(exitBlocked, "required: does not hold", "bypass: cannot tell", "workflow-protected: does not hold", "label: cannot tell")
	for _, c := range d.Checks {
		if c.Name == "required" && (!strings.Contains(c.Text, `"ci"`) || !strings.Contains(c.Fix, "repos/octo/shop/rulesets")) {
			t.Errorf("it does not say what is required and how to change that: %+v", c)
		}
	}
}

// TestDoctorProtection shows what an administrator sees, and what others do.
func TestDoctorProtection(t *testing.T) {
	v := newVisit(t, ours())
	v.repo.Protect("main", githubtest.Protection{Checks: []githubtest.RequiredCheck{{Context: "dropgate"}}, CodeOwnerReview: true})
	v.wantChecks(exitBlocked, "bypass: does not hold", "workflow-protected: cannot tell", "label: cannot tell")
	v.repo.Protect("main", githubtest.Protection{Checks: []githubtest.RequiredCheck{{Context: "dropgate"}}, Quiet: true})
	v.wantChecks(exitClear, "required: cannot tell", "bypass: cannot tell", "workflow-protected: cannot tell", "label: cannot tell")

	admin := reader
	admin.Administration = githubtest.Read
	v.server.Token(jobToken, admin, "alice")
	v.repo.Protect("main", githubtest.Protection{Checks: []githubtest.RequiredCheck{{Context: "dropgate", App: 15368}}, CodeOwnerReview: true, Everyone: true, Quiet: true})
	for _, c := range v.wantChecks(exitClear, "label: cannot tell").Checks {
		if c.Name == "required" && c.Advice != "" {
			t.Errorf("the check comes from GitHub Actions only, and it says %q", c.Advice)
		}
	}
	v.repo.Protect("main", githubtest.Protection{Checks: []githubtest.RequiredCheck{{Context: "ci"}}, Everyone: true})
	v.wantChecks(exitBlocked, "required: does not hold", "bypass: cannot tell", "workflow-protected: does not hold", "label: cannot tell")
}

func TestDoctorRequiredWorkflow(t *testing.T) {
	v := newVisit(t, map[string]string{scaffold.WorkflowPath: scaffold.Workflow()})
	v.repo.Rule("main", githubtest.Rules{Workflows: []string{scaffold.WorkflowPath}})
	v.wantChecks(exitClear, "bypass: cannot tell", "label: cannot tell")
	v.repo.Rule("main", githubtest.Rules{OtherWorkflows: []string{scaffold.WorkflowPath}})
	v.wantChecks(exitBlocked, "required: does not hold", "bypass: cannot tell", "workflow-protected: cannot tell", "label: cannot tell")
}

// TestDoctorLabel shows that a label on the latest merged pull request is there.
func TestDoctorLabel(t *testing.T) {
	files := ours()
	files[configName] = "label: Needs/100%\n"
	v := newVisit(t, files)
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate", App: 15368}}, CodeOwnerReview: true})
	v.repo.Commit("feature", map[string]string{"x": "1"})
	pr := v.repo.OpenPullRequest("main", "feature", "alice")
	pr.Label("needs/100%", "bob")
	v.repo.Branch("main", "feature")
	v.wantChecks(exitClear, "bypass: cannot tell")
}

func TestDoctorBranch(t *testing.T) {
	v := newVisit(t, map[string]string{"x": "1"})
	v.repo.Commit("release/1", ours())
	v.repo.Rule("release/1", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate", App: 15368}}, CodeOwnerReview: true})
	code, out, errs := v.doctor("--branch", "release/1")
	if code != exitClear || !strings.Contains(out, "octo/shop, branch release/1; files read from release/1 on GitHub\n") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	v.wantChecks(exitBlocked, "workflow: does not hold", "required: cannot tell", "label: cannot tell")
	code, out, errs = v.doctor("--branch", "nope")
	if code != exitFailed || out != "" || !strings.Contains(errs, "read branch nope") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}

func TestDoctorConfig(t *testing.T) {
	files := ours()
	files[configName] = "treshold: 70\n"
	v := newVisit(t, files)
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate", App: 15368}}, CodeOwnerReview: true})
	v.wantChecks(exitBlocked, "bypass: cannot tell", "config: does not hold", "label: cannot tell")
}

// TestDoctorLocalAction reads the action that a workflow takes from its own
// repository.
// TestDoctorMisnamedConfig: a config that nothing reads arms nothing.
func TestDoctorMisnamedConfig(t *testing.T) {
	files := ours()
	files[".dropgate.yaml"] = files[configName]
	delete(files, configName)
	v := newVisit(t, files)
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate"}}, CodeOwnerReview: true})
	v.wantChecks(exitBlocked, "bypass: cannot tell", "config: does not hold", "label: cannot tell")
}

func TestDoctorLocalAction(t *testing.T) {
	files := ours()
	files[scaffold.WorkflowPath] = strings.Replace(scaffold.Workflow(), "dropgate/dropgate@"+scaffold.Version, "./", 1)
	files["action.yml"] = "name: dropgate\nruns: {using: docker, image: Dockerfile}\n"
	v := newVisit(t, files)
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate", App: 15368}}, CodeOwnerReview: true})
	v.wantChecks(exitBlocked, "bypass: cannot tell", "workflow-protected: does not hold", "label: cannot tell")
}

// TestDoctorOutOfReach shows that silence is no answer.
func TestDoctorOutOfReach(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(v *visit)
		why   string
	}{
		{"no such repository", func(v *visit) {
			v.server.Fail(githubtest.Match("GET", "/repos/octo/shop"), -1, githubtest.Response{Status: http.StatusNotFound})
		}, "read the repository octo/shop"},
		{"a token that is not valid", func(v *visit) { v.env["GH_TOKEN"] = "other" }, "the token is not valid"},
		{"rules that do not come", func(v *visit) {
			v.server.Fail(githubtest.Match("GET", "/repos/octo/shop/rules/branches/main"), -1, githubtest.Response{Status: http.StatusUnprocessableEntity})
		}, "read the rules of branch main"},
		{"an address with a password", func(v *visit) { v.env["GITHUB_API_URL"] = "https://me:secret@example.com" }, "GITHUB_API_URL: want an address without a login"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newVisit(t, ours())
			test.spoil(v)
			code, out, errs := v.doctor()
			if code != exitFailed || out != "" || !strings.Contains(errs, test.why) || strings.Contains(errs, "secret") {
				t.Errorf("exit code %d and %q, want %d and %q\n%s", code, errs, exitFailed, test.why, out)
			}
		})
	}
}

// TestDoctorHostile holds that a workflow's text stays on its line, and gives the
// runner no command.
func TestDoctorHostile(t *testing.T) {
	files := ours()
	files[scaffold.WorkflowPath] = strings.Replace(scaffold.Workflow(), "    runs-on", "    if: \"a\\n::set-output name=x::1 ##[add-mask]b \\u202e\"\n    runs-on", 1)
	v := newVisit(t, files)
	code, out, errs := v.doctor()
	if code != exitBlocked || !strings.Contains(out, "a<U+000A>::set-output") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "\u202e") {
			t.Errorf("the runner takes a command from %q", line)
		}
	}
}

func TestSplitOrigin(t *testing.T) {
	for address, want := range map[string][2]string{
		"https://github.com/octo/shop.git":             {"github.com", "octo/shop"},
		"https://github.com/octo/shop":                 {"github.com", "octo/shop"},
		"https://me:secret@github.com/octo/shop.js/":   {"github.com", "octo/shop.js"},
		"git@github.com:octo/shop.git":                 {"github.com", "octo/shop"},
		"ssh://git@ssh.github.com:443/octo/shop.git":   {"github.com", "octo/shop"},
		"ssh://git@ghe.corp:2222/octo/shop.git":        {"ghe.corp", "octo/shop"},
		"https://GHE.corp:8443/octo/shop.git":          {"ghe.corp", "octo/shop"},
		"../shop":                                      {},
		"file:///srv/git/octo/shop.git":                {},
		"https://gitlab.example.com/group/sub/project": {},
		"": {},
	} {
		host, repository, _ := splitOrigin(address)
		if got := [2]string{host, repository}; got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
}

// TestWorkingTreeLinks holds that a link in the working tree is not followed.
func TestWorkingTreeLinks(t *testing.T) {
	top, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(top, "link.yml")); err != nil {
		t.Fatal(err)
	}
	if data, ok, err := (diskTree{top}).read("link.yml"); ok || err != nil || data != nil {
		t.Errorf("read %q, %t, %v through a link", data, ok, err)
	}
}
