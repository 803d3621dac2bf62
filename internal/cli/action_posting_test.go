package cli

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const (
	patchLine    = "PATCH /repos/octo/shop/pulls/comments/*"
	patchTalk    = "PATCH /repos/octo/shop/issues/comments/*"
	listLines    = pulls + "/comments"
	fixed        = "SELECT 1;\n"
	resolvedText = "**Resolved:** this operation is no longer in the change.\n\n<details>"
)

var numberAtEnd = regexp.MustCompile(`/\d+$`)

// changes are the run's requests that asked for a change, comments without their
// numbers.
func (o outcome) changes() []string {
	var all []string
	for _, w := range o.writes {
		if strings.HasPrefix(w, "PATCH ") {
			w = numberAtEnd.ReplaceAllString(w, "/*")
		}
		all = append(all, w)
	}
	return all
}

func (o outcome) wantChanges(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, o.changes()); diff != "" {
		t.Errorf("requests that change something (-want +got):\n%s", diff)
	}
}

// asked counts the run's requests of a method and path.
func (o outcome) asked(method, path string) int {
	n := 0
	for _, r := range o.requests {
		if r.Method == method && r.Path == path {
			n++
		}
	}
	return n
}

// push commits to the pull request and runs the action on it.
func (s *stage) push(files map[string]string) outcome {
	s.t.Helper()
	s.repo.Commit("feature", files)
	return s.on("synchronize")
}

// line is the only comment on a line whose author is dropgate.
func (s *stage) line() githubtest.ReviewComment {
	s.t.Helper()
	var own []githubtest.ReviewComment
	for _, c := range s.pr.ReviewComments() {
		if c.Author == githubtest.Bot && c.ReplyTo == 0 {
			own = append(own, c)
		}
	}
	if len(own) != 1 {
		s.t.Fatalf("%d comments on lines by dropgate, want one: %v", len(own), own)
	}
	return own[0]
}

// wantLine checks what the comment says behind its marker, and whether it is
// folded away.
func (s *stage) wantLine(begins, minimised string) {
	s.t.Helper()
	c := s.line()
	_, text, _ := strings.Cut(c.Body, "-->\n")
	if !strings.HasPrefix(text, begins) || c.Minimised != minimised {
		s.t.Errorf("the comment is folded away for %q and says\n%s\nwant %q and %q first", c.Minimised, c.Body, minimised, begins)
	}
}

func TestActionResolves(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	said := s.line().Body
	o := s.push(map[string]string{drop: fixed})
	o.want(t, exitClear, gate.Absent)
	o.wantWarning(t)
	o.wantChanges(t, patchTalk, patchLine)
	s.wantLine(resolvedText, "RESOLVED")
	said = strings.Replace(said, "```suggestion\n", "```sql\n", 1) // nothing is offered any more
	if _, text, _ := strings.Cut(said, "-->\n"); !strings.Contains(s.line().Body, strings.TrimSpace(text)) {
		t.Errorf("what was said is gone from\n%s", s.line().Body)
	}
	s.wantSummary("**What dropgate had found in this pull request is gone.** Nothing destructive is left: 1 file, 1 statement.")
	if got := o.asked("GET", listLines); got != 1 {
		t.Errorf("the comments on lines were listed %d times, want once", got)
	}
	again := s.on("edited")
	again.wantChanges(t)
	if got := again.asked("GET", pulls); got != 1 {
		t.Errorf("the pull request was read %d times with nothing to post, want once", got)
	}
}

// What comes back is said again in the same place, and not a second time.
func TestActionComesBack(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	said := s.line().Body
	s.push(map[string]string{drop: fixed})
	o := s.push(map[string]string{drop: dropUsers})
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantChanges(t, patchTalk, patchLine)
	s.wantLine("**This would drop table `users`", "")
	if got := s.line().Body; got != said {
		t.Errorf("the comment says\n%s\nwant as before\n%s", got, said)
	}
	s.on("edited").wantChanges(t)
	s.push(map[string]string{drop: fixed})
	s.wantLine(resolvedText, "RESOLVED")
}

func TestActionAnswered(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	said := s.line()
	s.pr.Reply(said.ID, "carol", "I have asked the team, nobody needs it.")
	o := s.push(map[string]string{drop: fixed})
	o.want(t, exitClear, gate.Absent)
	o.wantChanges(t, patchTalk)
	if got := s.line(); got.Body != said.Body || got.Minimised != "" || got.EditedBy != "" {
		t.Errorf("the comment that carol answered was changed: %v", got)
	}
	s.push(map[string]string{drop: dropUsers}).wantChanges(t, patchTalk)
	if got := s.line(); got.Body != said.Body {
		t.Errorf("the comment says %q, want as before", got.Body)
	}
	s.repo.Commit("main", map[string]string{configName: "rules: {drop-table: {score: -5}}\n"})
	s.on("edited").wantChanges(t, patchTalk, patchLine) // it is still about this
}

// The bot's own reply is nobody's answer.
func TestActionAnsweredByItself(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Reply(s.line().ID, githubtest.Bot, "Coverage: 90 %")
	s.push(map[string]string{drop: fixed}).wantChanges(t, patchTalk, patchLine)
	s.wantLine(resolvedText, "RESOLVED")
}

// One of two is fixed, and the other has moved so far that its comment is outdated.
func TestActionMovesAndResolves(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, orders: dropOrders})
	s.on("opened")
	s.wantPlaces(drop+":3", orders+":1")
	o := s.push(map[string]string{drop: "-- all of this was written anew\n" + lines(20) + "DROP  TABLE\n  users;\n", orders: fixed})
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantChanges(t, patchTalk, patchLine, patchLine)
	s.wantPlaces(drop+":3", orders+":1")
	all := s.pr.ReviewComments()
	if !all[0].Outdated || all[0].Minimised != "" || strings.Contains(all[0].Body, "_unused;") {
		t.Errorf("the comment on what has moved: %v, want outdated and without the suggestion, which is for other lines", all[0])
	}
	if !strings.Contains(all[1].Body, resolvedText) || all[1].Minimised != "RESOLVED" {
		t.Errorf("the comment on what is fixed: %v, want it resolved", all[1])
	}
	s.wantSummary("1 operation that had a comment on its lines is gone from the change.", "drop table `users`")
	s.on("edited").wantChanges(t)
}

// A comment that says another thing by now is changed where it stands.
func TestActionChangesText(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled").wantChanges(t, patchTalk) // how the label stands is for the summary alone
	s.repo.Commit("main", map[string]string{configName: "rules: {drop-table: {score: -5}}\n"})
	o := s.on("edited")
	o.want(t, exitClear, gate.Valid, users)
	o.wantChanges(t, patchTalk, patchLine)
	s.wantLine("**This would drop table `users` and every row in it.** Critical, score 85", "")
	s.on("edited").wantChanges(t)
}

// An operation that is still there and counts no more is not said to be gone.
func TestActionBlocksNoMore(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.env["INPUT_THRESHOLD"] = "95"
	o := s.on("edited")
	o.want(t, exitClear, gate.Absent)
	s.wantLine("**Resolved:** this operation no longer blocks.", "RESOLVED")
	s.wantSummary("Nothing in this pull request blocks any more: 1 finding in")
	s.on("edited").wantChanges(t)
}

// Somebody else's comment neither keeps a finding quiet nor is touched.
func TestActionForgedLineComment(t *testing.T) {
	for _, author := range []string{"mallory", "preview[bot]"} {
		t.Run(author, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			fingerprint := s.on("opened").report.Findings[0].Fingerprint
			marker := "<!-- dropgate:finding " + fingerprint + " -->\n"
			own := s.line()
			if !strings.HasPrefix(own.Body, marker) {
				t.Fatalf("the comment begins otherwise than %q:\n%s", marker, own.Body)
			}
			s.repo.DeleteComment(own.ID)
			id := s.pr.CommentOnLine(author, drop, 3, marker+"Nothing to see here.")
			s.pr.Reply(id, githubtest.Bot, marker+"Me neither.") // another workflow's
			s.on("edited").wantChanges(t, postReview)
			s.on("edited").wantChanges(t)
			s.push(map[string]string{drop: fixed}).wantChanges(t, patchTalk, patchLine)
			for _, c := range s.pr.ReviewComments() {
				if (c.ID == id || c.ReplyTo != 0) && (c.EditedBy != "" || c.Minimised != "") {
					t.Errorf("somebody else's comment was changed: %v", c)
				}
			}
		})
	}
}

// Folding away is more than some tokens may do; marking is not.
func TestActionMayNotFoldAway(t *testing.T) {
	for name, answer := range map[string]githubtest.Response{
		"refused":    {Status: 200, Body: `{"data":{"minimizeComment":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`},
		"forbidden":  forbidden,
		"no GraphQL": {Status: 404, Body: `{"message":"Not Found"}`},
		"no JSON":    {Status: 200, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.on("opened")
			s.server.Fail(githubtest.MatchBody("POST", "/graphql", "minimizeComment"), -1, answer)
			o := s.push(map[string]string{drop: fixed})
			o.want(t, exitClear, gate.Absent)
			o.wantWarning(t)
			s.wantLine(resolvedText, "")
			s.push(map[string]string{drop: dropUsers}).wantWarning(t)
			s.wantLine("**This would drop", "")
		})
	}
}

func TestActionMayNotEdit(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, orders: dropOrders})
	s.on("opened")
	s.fails(patchLine, 1, forbidden)
	o := s.push(map[string]string{drop: fixed, orders: fixed})
	o.want(t, exitClear, gate.Absent)
	o.wantWarning(t, "older comments on the lines could not be changed")
	o.wantChanges(t, patchTalk, patchLine)
	s.wantSummary("had found in this pull request is gone")
	s.on("edited").wantChanges(t, patchLine, patchLine)
	s.on("edited").wantChanges(t)
}

// Of two comments on one finding, which two runs at once can leave, one stays.
func TestActionTwoLineComments(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	first := s.line()
	s.pr.CommentOnLine(githubtest.Bot, drop, 3, first.Body)
	s.on("edited").wantChanges(t, patchLine)
	all := s.pr.ReviewComments()
	if all[0].EditedBy != "" || all[1].Minimised != "DUPLICATE" || strings.Contains(all[1].Body, "<!--") {
		t.Errorf("comments %v, want the first as it was and the second folded away", all)
	}
	s.on("edited").wantChanges(t)
}

// twin is another runner for the same repository.
func (s *stage) twin() *stage {
	other := *s
	other.folder, other.runs, other.env = s.t.TempDir(), 0, maps.Clone(s.env)
	other.env["GITHUB_WORKSPACE"] = other.folder
	return &other
}

// Of what two runs at once post, the next one leaves one summary, and the record of
// it counts.
func TestActionTwoRunsAtOnce(t *testing.T) {
	for _, request := range []string{"POST " + issues + "/comments", postReview} {
		t.Run(request, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			other, event := s.twin(), s.pr.Event("opened")
			method, path, _ := strings.Cut(request, " ")
			s.server.Before(githubtest.Match(method, path), func() { other.bare(event) })
			s.run(event).want(t, exitBlocked, gate.Absent, users)
			s.on("edited")
			summaries := 0
			for _, c := range s.pr.Comments() {
				if strings.HasPrefix(c.Body, summaryIs) {
					summaries++
				}
			}
			if summaries != 1 {
				t.Errorf("%d summaries, want one: %v", summaries, s.pr.Comments())
			}
			s.on("edited").wantChanges(t)
			s.pr.Label(label, "bob")
			s.on("labeled").want(t, exitClear, gate.Valid, users)
			s.on("edited").want(t, exitClear, gate.Valid, users)
		})
	}
}

// One comment that GitHub does not take is in the summary; the others are posted.
func TestActionOneCommentRefused(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, orders: dropOrders, "migrations/0002_a.up.sql": "TRUNCATE users;\n"})
	refusal := githubtest.Response{Status: 422, Body: `{"message":"Unprocessable Entity","errors":["Review comments is invalid and Review threads is invalid"]}`}
	s.server.Fail(githubtest.MatchBody("POST", pulls+"/reviews", orders), -1, refusal)
	o := s.on("opened")
	if o.code != exitBlocked {
		t.Errorf("exit code %d, want 1", o.code)
	}
	o.wantWarning(t, "comments on the lines could not be posted")
	s.wantPlaces("migrations/0002_a.up.sql:1", drop+":3")
	s.wantSummary("No comment could be placed on these lines:\n\n- **critical 90** [`" + orders + ":1`]")
	for _, r := range s.pr.Reviews() {
		if r.State != "COMMENTED" {
			t.Errorf("a review is %s", r.State)
		}
	}
}

// Where there is nothing to say, and there never was, nothing is asked for either.
func TestActionAsksForNothingMore(t *testing.T) {
	s := newStage(t, map[string]string{orders: "CREATE TABLE items (id int);\n"})
	s.pr.CommentOnLine("carol", orders, 1, "Looks good.")
	o := s.on("opened")
	o.want(t, exitClear, gate.Absent)
	o.wantChanges(t)
	if got := o.asked("GET", listLines) + o.asked("GET", pulls); got != 1 {
		t.Errorf("%d requests for the pull request and the comments on its lines, want 1", got)
	}
}

func TestActionLineCommentsCannotBeRead(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.CommentOnLine("carol", drop, 3, "Hm.")
	s.fails("GET "+listLines, -1, forbidden)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWarning(t, "comments on the lines could not be posted")
	o.wantChanges(t, postSummary)
	s.wantSummary("No comment could be placed", drop+":3")
}

func TestActionSwitchesModes(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, orders: dropOrders})
	s.on("opened")
	s.env["INPUT_COMMENT"] = "summary"
	s.on("edited").wantChanges(t)
	truncate := "migrations/0004_t.up.sql"
	s.push(map[string]string{orders: fixed, truncate: "TRUNCATE users;\n"}).wantChanges(t, patchTalk, patchLine)
	if c := s.pr.ReviewComments()[1]; c.Minimised != "RESOLVED" {
		t.Errorf("the comment on what is fixed: %v, want it resolved", c)
	}
	s.env["INPUT_COMMENT"] = "off"
	off := s.push(map[string]string{drop: fixed})
	off.wantChanges(t)
	if got := off.asked("GET", listLines) + off.asked("GET", issues+"/comments"); got != 0 {
		t.Errorf("%d requests for comments, want none", got)
	}
	s.env["INPUT_COMMENT"] = "review"
	s.on("edited").wantChanges(t, postReview, patchTalk, patchLine)
	s.wantPlaces(drop+":3", orders+":1", truncate+":1")
	if c := s.pr.ReviewComments()[0]; c.Minimised != "RESOLVED" {
		t.Errorf("the comment on what is fixed: %v, want it resolved", c)
	}
	s.on("edited").wantChanges(t)
}
