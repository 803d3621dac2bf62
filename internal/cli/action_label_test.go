package cli

import (
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestActionBlocksWithoutLabel(t *testing.T) {
	s := newStage(t, map[string]string{drop: "-- go\n\nDROP TABLE users;\n"})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, "drop-table users")
	o.wantWrites(t, "POST "+pulls+"/reviews", "POST "+issues+"/comments")
	t.Log(o.out, o.err, o.summary)
	for _, r := range o.requests { t.Log(r.Method, r.Path, r.Query, r.Status) }
	t.Log(s.summaryComment().Body)
	for _, r := range s.pr.ReviewComments() { t.Log(r.Body, r.Line, r.CommitID) }
	_ = githubtest.Bot
}
