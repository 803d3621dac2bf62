package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
	"github.com/dropgate/dropgate/internal/report/reporttest"
)

const (
	jobToken  = "ghs_the_token_of_this_job"
	shop      = "octo/shop"
	label     = "backup-check"
	pulls     = "/repos/octo/shop/pulls/1"
	issues    = "/repos/octo/shop/issues/1"
	summaryIs = "<!-- dropgate:summary -->\n"

	initial = "migrations/0001_init.up.sql"
	drop    = "migrations/0002_drop.up.sql"
)

// base are the migrations that have already run.
var base = map[string]string{
	"README.md": "# Shop\n",
	initial:     "CREATE TABLE users (id bigint PRIMARY KEY, email text, phone text);\nCREATE TABLE orders (id bigint PRIMARY KEY, total numeric);\n",
}

// workflow is what the documentation gives the token.
var workflow = githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Write}

// A stage is a repository on the stand-in for GitHub with one pull request, and
// a runner on which the program runs as an action.
type stage struct {
	t      *testing.T
	server *githubtest.Server
	repo   *githubtest.Repository
	pr     *githubtest.PullRequest
	folder string            // of the runner
	env    map[string]string // besides what the runner sets
	now    func() time.Time
	runs   int

	labeler string          // who puts the label on in testHostile
	slept   time.Duration   // in all runs
	ctx     context.Context // nil: one that does not end
}

// newStage opens a pull request with the files on top of the base's.
func newStage(t *testing.T, files map[string]string) *stage {
	t.Helper()
	return newStageOn(t, nil, files)
}

// newStageOn is newStage with more files on the base.
func newStageOn(t *testing.T, more, files map[string]string) *stage {
	t.Helper()
	t.Parallel()
	s := &stage{t: t, server: githubtest.New(), folder: t.TempDir(), env: map[string]string{}, labeler: "bob"}
	s.now = s.server.Clock.Now
	s.server.Token(jobToken, workflow, githubtest.Bot)
	s.repo = s.server.Repository(shop)
	all := maps.Clone(base)
	maps.Copy(all, more)
	s.repo.Commit("main", all)
	s.repo.Commit("feature", files)
	s.pr = s.repo.OpenPullRequest("main", "feature", "alice")
	url := s.server.Start(t)
	s.env = map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": "pull_request",
		"GITHUB_API_URL": url + "/api/v3", "GITHUB_GRAPHQL_URL": url + "/api/graphql",
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": shop,
		"GITHUB_WORKSPACE": filepath.Join(s.folder, "workspace"), "INPUT_GITHUB-TOKEN": jobToken,
	}
	if err := os.Mkdir(s.env["GITHUB_WORKSPACE"], 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

// report is the JSON report, as far as tests look at it.
type reportFile struct {
	Version  int
	Decision gate.Decision
	Findings []analyzer.Finding
	Files    []analyzer.FileSummary
	Errors   []analyzer.Problem
}

// An outcome is what a run left behind.
type outcome struct {
	code        int
	outputs     map[string]string
	out, err    string
	annotations []command
	summary     string // of the step
	report      reportFile
	sarif       []byte
	requests    []githubtest.Request
	writes      []string // method and path of each request that asked for a change
}

// on runs the action on a pull request's event of that kind, as it is now.
func (s *stage) on(action string) outcome {
	s.t.Helper()
	return s.run(s.pr.Event(action))
}

// run runs the action on an event, and holds the outcome against the contract.
func (s *stage) run(event []byte) outcome {
	s.t.Helper()
	o := s.bare(event)
	o.outputs = readOutputs(s.t, read(s.t, s.file("output")))
	o.summary = read(s.t, s.file("summary"))
	s.check(&o)
	return o
}

// file is one of the runner's files of the last run.
func (s *stage) file(name string) string { return filepath.Join(s.folder, strconv.Itoa(s.runs), name) }

// bare runs the action on an event, and leaves what it wrote to files alone.
func (s *stage) bare(event []byte) outcome {
	s.t.Helper()
	s.runs++
	if err := os.Mkdir(s.file(""), 0o755); err != nil {
		s.t.Fatal(err)
	}
	for name, data := range map[string][]byte{"event.json": event, "output": nil, "summary": nil} {
		if err := os.WriteFile(s.file(name), data, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	env := map[string]string{
		"GITHUB_EVENT_PATH": s.file("event.json"), "GITHUB_OUTPUT": s.file("output"), "GITHUB_STEP_SUMMARY": s.file("summary"),
	}
	maps.Copy(env, s.env)
	if err := os.RemoveAll(filepath.Join(env["GITHUB_WORKSPACE"], ".dropgate")); err != nil {
		s.t.Fatal(err)
	}
	s.server.Forget()
	var out, errs bytes.Buffer
	a := &app{
		in: strings.NewReader(""), out: &out, err: &errs, now: s.now,
		getenv: func(name string) string { return env[name] }, sleep: s.sleep,
	}
	ctx := s.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	o := outcome{code: a.run(ctx, []string{"action"}), out: out.String(), err: errs.String()}
	o.requests = s.server.Requests()
	for _, w := range s.server.Writes() {
		o.writes = append(o.writes, w.Method+" "+w.Path)
	}
	o.annotations = runnerCommands(s.t, o.out+"\n"+o.err)
	checkAnnotations(s.t, o.out)
	return o
}

// sleep lets the time pass on the server's clock, without waiting for it.
func (s *stage) sleep(ctx context.Context, d time.Duration) error {
	s.slept += d
	s.server.Clock.Advance(d)
	return ctx.Err()
}

// check holds a run against what the contract says of all runs.
func (s *stage) check(o *outcome) {
	s.t.Helper()
	workspace := s.env["GITHUB_WORKSPACE"]
	for name, text := range map[string]string{"standard output": o.out, "standard error": o.err, "the step summary": o.summary} {
		if strings.Contains(text, jobToken) {
			s.t.Errorf("the token stands in %s", name)
		}
	}
	if o.code == exitFailed {
		if !maps.Equal(o.outputs, map[string]string{"blocked": "true"}) {
			s.t.Errorf("outputs %v on exit 2, want blocked = true alone", o.outputs)
		}
		if !strings.HasPrefix(o.err, "dropgate: ") {
			s.t.Errorf("standard error does not say what is wrong:\n%s", o.err)
		}
		return
	}
	data := read(s.t, filepath.Join(workspace, filepath.FromSlash(o.outputs["report"])))
	if err := json.Unmarshal([]byte(data), &o.report); err != nil {
		s.t.Fatalf("read the report %q: %v", o.outputs["report"], err)
	}
	if err := reporttest.Check([]byte(data)); err != nil {
		s.t.Error(err)
	}
	o.sarif = []byte(read(s.t, filepath.Join(workspace, filepath.FromSlash(o.outputs["sarif"]))))
	var sarif struct {
		Version string
		Runs    []struct{ Results []json.RawMessage }
	}
	if err := json.Unmarshal(o.sarif, &sarif); err != nil || sarif.Version != "2.1.0" || len(sarif.Runs) != 1 {
		s.t.Errorf("the SARIF report has version %q and %d runs (%v), want 2.1.0 and 1", sarif.Version, len(sarif.Runs), err)
	}
	d := o.report.Decision
	want := map[string]string{
		"blocked": strconv.FormatBool(o.code == exitBlocked), "score": strconv.Itoa(d.Score),
		"findings": strconv.Itoa(len(o.report.Findings)), "acknowledgement": string(d.Acknowledgement.State),
		"report": o.outputs["report"], "sarif": o.outputs["sarif"],
	}
	if diff := cmp.Diff(want, o.outputs); diff != "" {
		s.t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if d.Blocked != (o.code == exitBlocked) {
		s.t.Errorf("exit code %d, and the report says blocked = %t", o.code, d.Blocked)
	}
	if o.summary == "" {
		s.t.Error("the step summary is empty")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// want checks the exit code, the label's state and which operations block.
func (o outcome) want(t *testing.T, code int, state gate.State, blocking ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", o.code, code, o.out, o.err)
	}
	if got := o.report.Decision.Acknowledgement.State; got != state {
		t.Errorf("acknowledgement is %q, want %q", got, state)
	}
	var got []string
	for _, f := range o.report.Findings {
		if f.Blocking {
			got = append(got, f.Rule+" "+f.Object.String())
		}
	}
	if diff := cmp.Diff(blocking, got); diff != "" {
		t.Errorf("blocking findings (-want +got):\n%s", diff)
	}
}

// wantFailed checks that the run ended with exit 2 for this reason.
func (o outcome) wantFailed(t *testing.T, why string) {
	t.Helper()
	if o.code != exitFailed || !strings.Contains(o.err, why) {
		t.Errorf("exit code %d and %q, want %d and %q", o.code, o.err, exitFailed, why)
	}
	if len(o.annotations) == 0 || o.annotations[0].name != "error" {
		t.Errorf("annotations %v, want an error that says why nothing was reviewed", o.annotations)
	}
}

// wantWrites checks what the run asked GitHub to change.
func (o outcome) wantWrites(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, o.writes); diff != "" {
		t.Errorf("requests that change something (-want +got):\n%s", diff)
	}
}

// warnings are the messages of the run's own warnings, which name no file.
func (o outcome) warnings() []string {
	var all []string
	for _, c := range o.annotations {
		if c.name == "warning" && c.properties == "" {
			all = append(all, c.message)
		}
	}
	return all
}

// wantWarning checks that the run warned once, in these words.
func (o outcome) wantWarning(t *testing.T, words ...string) {
	t.Helper()
	got := o.warnings()
	if len(got) != len(words) {
		t.Fatalf("warnings %q, want %d", got, len(words))
	}
	for i, w := range words {
		if !strings.Contains(got[i], w) {
			t.Errorf("warning %q, want one about %q", got[i], w)
		}
	}
}

// summaryComment is dropgate's comment; there must be no other of the bot's.
func (s *stage) summaryComment() githubtest.Comment {
	s.t.Helper()
	own := slices.DeleteFunc(s.pr.Comments(), func(c githubtest.Comment) bool { return c.Author != githubtest.Bot })
	if len(own) != 1 || !strings.HasPrefix(own[0].Body, summaryIs) {
		s.t.Fatalf("%d comments by dropgate, want one summary: %v", len(own), own)
	}
	return own[0]
}

// places are the line comments as "path:line" or "path:start-line".
func (s *stage) places() []string {
	var all []string
	for _, c := range s.pr.ReviewComments() {
		at := strconv.Itoa(c.Line)
		if c.StartLine != 0 {
			at = strconv.Itoa(c.StartLine) + "-" + at
		}
		all = append(all, c.Path+":"+at)
	}
	return all
}

// wantPlaces checks where all line comments stand so far.
func (s *stage) wantPlaces(want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.places()); diff != "" {
		s.t.Errorf("line comments (-want +got):\n%s", diff)
	}
}

// wantSummary checks that the summary comment has all the words.
func (s *stage) wantSummary(words ...string) {
	s.t.Helper()
	body := s.summaryComment().Body
	for _, w := range words {
		if !strings.Contains(body, w) {
			s.t.Errorf("the summary lacks %q:\n%s", w, body)
		}
	}
}
