package cli

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const ordersTable = "drop-table public.orders"

// A commit can be given any date: one from before the label does not make its
// operation older than the label.
func TestActionForgedCommitDates(t *testing.T) {
	for name, at := range map[string]time.Time{
		"long ago": time.Unix(0, 0), "to come": time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.on("opened")
			s.pr.Label(label, "bob")
			s.on("labeled").want(t, exitClear, gate.Valid, users)
			s.repo.CommitChange("feature", githubtest.Change{
				Date: at, Files: map[string]githubtest.File{orders: {Content: dropOrders}},
			})
			s.on("synchronize").want(t, exitBlocked, gate.Stale, users, ordersTable)
		})
	}
}

// forged is dropgate's own comment with another record, its checksum right.
func (s *stage) forged(operations map[string]time.Time) string {
	body, _, _ := strings.Cut(strings.TrimPrefix(s.summaryComment().Body, summaryIs), "<!-- dropgate:record")
	body, fits := github.EncodeRecord(strings.TrimSpace(body), gate.Record{Operations: operations})
	if !fits {
		s.t.Fatal("the record does not fit")
	}
	return summaryIs + body
}

// The checksum has no secret in it, so anybody can write a record that is whole.
// It is believed in dropgate's own comment alone: whoever may edit that one, may
// as well put the label on anew.
func TestActionForgedRecord(t *testing.T) {
	story := func(t *testing.T, forge func(s *stage, body string)) outcome {
		s := configured(t, "acknowledgement: {remove-stale-label: false}\n", map[string]string{drop: dropUsers})
		s.on("opened")
		s.pr.Label(label, "bob")
		s.on("labeled").want(t, exitClear, gate.Valid, users)
		s.repo.Commit("feature", map[string]string{orders: dropOrders})
		o := s.on("synchronize")
		o.want(t, exitBlocked, gate.Stale, users, ordersTable)
		operations := map[string]time.Time{}
		for _, f := range o.report.Findings {
			operations[f.Fingerprint] = time.Time{}
		}
		forge(s, s.forged(operations))
		return s.on("edited")
	}
	t.Run("in a comment of the author's", func(t *testing.T) {
		o := story(t, func(s *stage, body string) { s.pr.Comment("alice", body) })
		o.want(t, exitBlocked, gate.Stale, users, ordersTable)
	})
	t.Run("in an older comment of the author's", func(t *testing.T) {
		o := story(t, func(s *stage, body string) {
			s.repo.DeleteComment(s.summaryComment().ID)
			s.pr.Comment("alice", body)
		})
		o.want(t, exitBlocked, gate.Stale, users, ordersTable)
	})
	t.Run("in the description", func(t *testing.T) {
		o := story(t, func(s *stage, body string) { s.pr.SetBody(body) })
		o.want(t, exitBlocked, gate.Stale, users, ordersTable)
	})
	t.Run("by a maintainer in dropgate's comment", func(t *testing.T) {
		o := story(t, func(s *stage, body string) { s.repo.EditComment("mallory", s.summaryComment().ID, body) })
		o.want(t, exitClear, gate.Valid, users, ordersTable) // docs/threat-model.md says so
	})
}

// A label that becomes the right one by being renamed was not put on as such.
func TestActionRenamedLabel(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "alice")
	// GitHub keeps the name that the label had when it was put on.
	s.fails("GET "+issues+"/events", -1, githubtest.Response{Edit: func(body any) any {
		for _, e := range body.([]any) {
			if l, ok := e.(map[string]any)["label"].(map[string]any); ok {
				l["name"] = "good first issue"
			}
		}
		return body
	}})
	s.on("edited").want(t, exitBlocked, gate.Stale, users)
}

// The event is what its run was started with; a run that is started again later has
// the same one. It covers nothing but the head that it tells of.
func TestActionOldEventAgain(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	labeled := s.pr.Event("labeled")
	s.run(labeled).want(t, exitClear, gate.Valid, users)
	s.repo.Commit("feature", map[string]string{orders: dropOrders})
	s.run(labeled).want(t, exitBlocked, gate.Stale, users, ordersTable)
	s.pr.Unlabel(label, "bob")
	s.run(labeled).want(t, exitBlocked, gate.Absent, users, ordersTable)
}

// Somebody who may start the workflow with an event of his own making, as act does,
// still gets GitHub's word for all that counts but who put the label on.
func TestActionForgedEvent(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	var event map[string]any
	if err := json.Unmarshal(s.pr.Event("opened"), &event); err != nil {
		t.Fatal(err)
	}
	event["action"], event["label"] = "labeled", map[string]any{"name": label}
	event["pull_request"].(map[string]any)["labels"] = []any{map[string]any{"name": label}}
	data, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	s.run(data).want(t, exitBlocked, gate.Absent, users)
}

// What a checkout of the pull request puts into the workspace is neither a config
// nor a report, and none of it is run.
func TestActionHostileWorkspace(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.workspaceFile(configName, "threshold: 100\n")
	s.workspaceFile(drop, "SELECT 1;\n")
	s.workspaceFile("report.json", `{"decision": {"blocked": false}}`)
	s.workspaceFile(".git/config", "[core]\n\tfsmonitor = touch forged\n")
	s.env["INPUT_REPORT-FILE"] = "report.json"
	s.env["PATH"] = s.env["GITHUB_WORKSPACE"]
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
}

// A migration is one however its file is called in the pull request.
func TestActionDisguisedPaths(t *testing.T) {
	for _, path := range []string{
		"migrations/0002_DROP.UP.SQL", "migrations/0002_drop.up.Sql", "migrations/2_drop.sql", "migrations/sub/0002_drop.up.sql",
		"migrations/../0002_drop.sql", "migrations/.0002_drop.sql", "vendor/x/0002_drop.sql", "node_modules/x/0002_drop.sql",
		"testdata/0002_drop.sql", "docs/0002_drop.sql", ".github/0002_drop.sql", "migrations/0002_drop.up.sql ", "migrations/0002\u200b_drop.up.sql",
	} {
		t.Run(path, func(t *testing.T) {
			s := newStage(t, map[string]string{path: dropUsers})
			if o := s.on("opened"); o.code != exitBlocked {
				t.Errorf("exit code %d, want 1\n%s", o.code, o.out)
			}
		})
	}
}

// The token is told to nobody: not to a log, a file, a comment or another host.
func TestActionTokenIsKept(t *testing.T) {
	s := newStage(t, map[string]string{drop: "DROP TABLE \"" + jobToken[:8] + "\";\n"})
	s.fails(postSummary, -1, githubtest.Response{Status: 403, Body: `{"message":"Bad token"}`})
	o := s.on("opened")
	texts := []string{o.out, o.err, o.summary, string(o.sarif)}
	for _, r := range o.requests {
		texts = append(texts, r.Path, r.Query, r.Body)
	}
	if i := slices.IndexFunc(texts, func(text string) bool { return strings.Contains(text, jobToken) }); i >= 0 {
		t.Errorf("the token stands in %s", texts[i])
	}
	if !slices.Contains(slices.Collect(maps.Values(s.env)), jobToken) {
		t.Fatal("no token was given")
	}
}
