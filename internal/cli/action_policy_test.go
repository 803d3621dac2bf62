package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const (
	pullCommits = pulls + "/commits"
	roleOf      = "/repos/octo/shop/collaborators/*/permission"
	teamsOf     = "/orgs/octo/teams/**"
)

// labeledBy opens a pull request under a config, and runs on its being labeled.
func labeledBy(t *testing.T, config, by string, before func(*stage)) (*stage, outcome) {
	t.Helper()
	s := configured(t, config, map[string]string{drop: dropUsers})
	if before != nil {
		before(s)
	}
	s.pr.Label(label, by)
	o := s.on("labeled")
	return s, o
}

// more puts a commit of somebody's on the pull request.
func more(author, committer string) func(*stage) {
	return func(s *stage) {
		s.repo.CommitChange("feature", githubtest.Change{
			Author: author, Committer: committer, Files: map[string]githubtest.File{"notes.txt": {Content: author + committer}},
		})
	}
}

// wantPolicy checks the verdict, that nobody took the label off, and that
// the report, the summary comment and the step summary all say why.
func (s *stage) wantPolicy(o outcome, state gate.State, why string) {
	s.t.Helper()
	code := exitClear
	if state != gate.Valid {
		code = exitBlocked
	}
	o.want(s.t, code, state, users)
	if got := s.pr.Labels(); len(got) != 1 {
		s.t.Errorf("labels %q, want the one that was put on", got)
	}
	reasons := strings.Join(o.report.Decision.Reasons, "\n")
	if !strings.Contains(reasons, why) {
		s.t.Errorf("reasons %q, want %q", reasons, why)
	}
	if state == gate.Valid {
		return
	}
	const who = "the backup-check label counts only from"
	if !strings.Contains(reasons, who) {
		s.t.Errorf("reasons %q, want %q", reasons, who)
	}
	for name, text := range map[string]string{"the summary": s.summaryComment().Body, "the step summary": o.summary} {
		plain := strings.ReplaceAll(text, "`", "")
		if !strings.Contains(plain, why) || !strings.Contains(plain, "he backup-check label counts only from") {
			s.t.Errorf("%s does not say %q and whose label counts:\n%s", name, why, text)
		}
	}
}

func TestActionSecondPerson(t *testing.T) {
	const only = "acknowledgement: {second-person: true}\n"
	const app = "acknowledgement: {second-person: true, labelers: [\"release[bot]\", write]}\n"
	tests := []struct {
		name    string
		config  string
		by      string
		before  func(*stage)
		state   gate.State
		why     string
		commits int // requests for them
	}{
		{"somebody else", only, "bob", nil, gate.Valid, "", 1},
		{"the author", only, "alice", nil, gate.Self, "alice opened the pull request", 0},
		{"the author, in other letters", only, "Alice", nil, gate.Self, "Alice opened the pull request", 0},
		{"an author of a commit", only, "bob", more("bob", "alice"), gate.Self, "bob wrote the commit", 1},
		{"a committer", only, "bob", more("alice", "bob"), gate.Self, "bob committed", 1},
		{"a committer in GitHub's pages", only, "bob", more("bob", "web-flow"), gate.Self, "bob wrote the commit", 1},
		{"commits of others", only, "bob", more("dora", "web-flow"), gate.Valid, "", 1},
		{"an address without an account", only, "bob", more("who@example.com", "alice"), gate.Self, "belongs to no account", 1},
		{"more commits than are listed", only, "bob", func(s *stage) {
			for range 251 {
				more("dora", "")(s)
			}
		}, gate.Self, "GitHub lists 250 of the 252 commits", 3},
		{"commits that cannot be read", only, "bob", func(s *stage) { s.fails("GET "+pullCommits, -1, forbidden) },
			gate.Self, "could not be read", 1},
		{"an app", only, githubtest.Bot, nil, gate.Self, "is an app", 0},
		{"an app that is listed", app, "release[bot]", nil, gate.Valid, "", 1},
		{"an app that is listed and made a commit", app, "release[bot]", more("release[bot]", ""), gate.Self, "release[bot] wrote the commit", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, o := labeledBy(t, test.config, test.by, test.before)
			s.wantPolicy(o, test.state, test.why)
			if got := s.server.Count("GET", pullCommits); got != test.commits {
				t.Errorf("%d requests for the commits, want %d", got, test.commits)
			}
		})
	}
}

// After a label that does not count, one that does needs nothing but to be put on.
func TestActionSecondPersonComes(t *testing.T) {
	s, o := labeledBy(t, "acknowledgement: {second-person: true}\n", "alice", nil)
	s.wantPolicy(o, gate.Self, "alice opened the pull request")
	s.wantSummary("`alice` opened the pull request", "someone else")
	again := s.on("labeled")
	again.want(t, exitBlocked, gate.Self, users)
	again.wantWrites(t)
	s.pr.Unlabel(label, "alice")
	s.pr.Label(label, "bob")
	s.on("edited").want(t, exitClear, gate.Valid, users)
	s.repo.CommitChange("feature", githubtest.Change{Author: "bob", Files: map[string]githubtest.File{"README.md": {Content: "#\n"}}})
	s.on("synchronize").want(t, exitBlocked, gate.Self, users)
}

func TestActionLabelers(t *testing.T) {
	list := func(who string) string { return "acknowledgement: {labelers: [" + who + "]}\n" }
	is := func(role string) func(*stage) { return func(s *stage) { s.repo.Role("bob", role) } }
	team := func(members ...string) func(*stage) {
		return func(s *stage) {
			s.server.Team("octo/dba", members...)
			may := workflow
			may.Members = githubtest.Read
			s.server.Token(jobToken, may, githubtest.Bot)
		}
	}
	tests := []struct {
		name         string
		config       string
		by           string
		before       func(*stage)
		state        gate.State
		why          string
		roles, teams int // requests for them
	}{
		{"listed", list("carol, bob"), "bob", nil, gate.Valid, "", 0, 0},
		{"listed in other letters", list("BOB"), "bob", nil, gate.Valid, "", 0, 0},
		{"not listed", list("carol"), "bob", nil, gate.Unauthorized, "bob is none of those whose label does", 0, 0},
		{"listed, the author too", list("alice"), "alice", nil, gate.Valid, "", 0, 0},
		{"listed beside a role", list("maintain, bob"), "bob", nil, gate.Valid, "", 0, 0},
		{"triage is enough", list("triage"), "bob", is("triage"), gate.Valid, "", 1, 0},
		{"triage is not enough", list("write"), "bob", is("triage"), gate.Unauthorized, "bob has the role triage", 1, 0},
		{"maintain is more than write", list("write"), "bob", is("maintain"), gate.Valid, "", 1, 0},
		{"write is less than maintain", list("maintain"), "bob", is("write"), gate.Unauthorized, "bob has the role write", 1, 0},
		{"the lowest of several", list("admin, triage"), "bob", is("triage"), gate.Valid, "", 1, 0},
		{"a role of the organisation's", list("maintain"), "bob", func(s *stage) { s.repo.CustomRole("bob", "admin of schemas", "maintain") }, gate.Valid, "", 1, 0},
		{"a lower role of the organisation's", list("maintain"), "bob", func(s *stage) { s.repo.CustomRole("bob", "Maintain all", "write") }, gate.Unauthorized, "bob has the role write", 1, 0},
		{"a role that cannot be read", list("write"), "bob", func(s *stage) { s.fails("GET "+roleOf, -1, forbidden) }, gate.Unauthorized, "the role of bob could not be read", 1, 0},
		{"in the team", list("'@octo/dba'"), "bob", team("bob"), gate.Valid, "", 0, 1},
		{"in the team, and the role is too low", list("'@octo/dba', admin"), "bob", team("bob"), gate.Valid, "", 1, 1},
		{"not in the team, and the role is enough", list("'@octo/dba', triage"), "bob", is("write"), gate.Valid, "", 1, 0},
		{"invited to the team", list("'@octo/dba'"), "bob", team("invited:bob"), gate.Unauthorized, "bob has not joined the team @octo/dba yet", 0, 1},
		{"not in the team", list("'@octo/dba'"), "bob", team("carol"), gate.Unauthorized, "bob is not in the team @octo/dba, or it cannot be seen", 0, 1},
		{"a token that may not see teams", list("'@octo/dba'"), "bob", nil, gate.Unauthorized, "could not be read, which takes a github-token that may read the members of octo", 0, 1},
		{"an app", list("triage, '@octo/dba'"), githubtest.Bot, nil, gate.Unauthorized, "is an app", 0, 0},
		{"an app that is listed", list("'github-actions[bot]'"), githubtest.Bot, nil, gate.Valid, "", 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, o := labeledBy(t, test.config, test.by, test.before)
			s.wantPolicy(o, test.state, test.why)
			if roles, teams := s.server.Count("GET", roleOf), s.server.Count("GET", teamsOf); roles != test.roles || teams != test.teams {
				t.Errorf("%d requests for roles and %d for teams, want %d and %d", roles, teams, test.roles, test.teams)
			}
		})
	}
}

// A policy costs nothing before the label is on.
func TestActionPolicyWithoutLabel(t *testing.T) {
	s := configured(t, "acknowledgement: {second-person: true, labelers: [carol, write], max-age: 1d}\n", map[string]string{drop: dropUsers})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	if got, want := len(o.requests), readsOfOne+2; got != want { // one is for the config
		t.Errorf("%d requests, want %d", got, want)
	}
	s.wantSummary("counts only from carol or whoever has the role write or a higher one")
}

func TestActionMaxAge(t *testing.T) {
	s := configured(t, "acknowledgement: {max-age: 2d, remove-stale-label: false}\n", map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.server.Clock.Advance(47 * time.Hour)
	s.on("edited").want(t, exitClear, gate.Valid, users)
	s.server.Clock.Advance(4 * time.Hour)
	o := s.on("edited")
	o.want(t, exitBlocked, gate.Stale, users)
	s.wantSummary("was put on 2 days and 3 hours ago", "takes the label off and puts it on again")
	if strings.Contains(s.summaryComment().Body, "Not covered by the label") {
		t.Error("the summary says that operations came after the label")
	}
	// The run that the label started, run once more, is no younger.
	s.on("labeled").want(t, exitBlocked, gate.Stale, users)
	s.pr.Unlabel(label, "bob")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	// A machine whose clock is wrong makes no label young.
	s.now = func() time.Time { return s.server.Clock.Now().Add(-24 * time.Hour) }
	s.on("edited").want(t, exitBlocked, gate.Stale, users)
	s.wantSummary("set the clock")
}

// Who started a run is known from its event; when, only GitHub's list tells.
func TestActionPolicyWithoutEvents(t *testing.T) {
	tests := []struct {
		name, config, by, action string
		state                    gate.State
	}{
		{"second person, its own run", "{second-person: true}", "bob", "labeled", gate.Valid},
		{"the author, its own run", "{second-person: true}", "alice", "labeled", gate.Self},
		{"an app, its own run", "{second-person: true}", githubtest.Bot, "labeled", gate.Self},
		{"labelers, its own run", "{labelers: [bob]}", "bob", "labeled", gate.Valid},
		{"max-age, its own run", "{max-age: 1d}", "bob", "labeled", gate.Stale},
		{"second person, another run", "{second-person: true}", "bob", "edited", gate.Stale},
		{"labelers, another run", "{labelers: [bob]}", "bob", "edited", gate.Stale},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := configured(t, "acknowledgement: "+test.config+"\n", map[string]string{drop: dropUsers})
			s.on("opened")
			s.fails("GET "+issues+"/events", -1, forbidden)
			s.pr.Label(label, test.by)
			o := s.on(test.action)
			if got := o.report.Decision.Acknowledgement.State; got != test.state {
				t.Errorf("got %s, want %s", got, test.state)
			}
			if len(s.pr.Labels()) != 1 {
				t.Error("the label was taken off although nothing is known of it")
			}
		})
	}
}

// The label's last event says who counts, whatever came before.
func TestActionLabelPassedOn(t *testing.T) {
	s := configured(t, "acknowledgement: {second-person: true}\n", map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	event := s.pr.Event("labeled")
	s.pr.Unlabel(label, "alice")
	s.pr.Label(label, "alice")
	o := s.run(event)
	s.wantPolicy(o, gate.Self, "alice opened the pull request")
	if a := o.report.Decision.Acknowledgement; a.By != "alice" {
		t.Errorf("put on by %q, want alice", a.By)
	}
}
