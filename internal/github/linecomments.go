package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// DefaultComments is how many findings get a comment on their lines: more in one
// review has been answered as abuse.
const DefaultComments = 30

// A LineComment is a comment on lines of a file at the head.
type LineComment struct {
	Key       string // the finding's fingerprint; a key is posted once
	Path      string
	StartLine int // 0, or a line before Line
	Line      int // 0: the diff has no place for it
	Body      string
	// Elsewhere is the body where the comment stands on other lines than these
	// already: one without a suggestion. Empty: the same.
	Elsewhere string
}

// first returns the first line that the comment is about.
func (c LineComment) first() int {
	if c.StartLine > 0 && c.StartLine < c.Line {
		return c.StartLine
	}
	return c.Line
}

// at returns the body for a comment that stands where p does.
func (c LineComment) at(p Posted) string {
	same := c.Line > 0 && p.Path == c.Path && p.Line == c.Line && cmp.Or(p.StartLine, p.Line) == c.first()
	if same || c.Elsewhere == "" {
		return c.Body
	}
	return c.Elsewhere
}

var plainKey = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z_.:]|-[0-9A-Za-z])*$`)

// markerKey returns the key as it stands in a marker: one that could end the HTML
// comment is hashed.
func markerKey(key string) string {
	if plainKey.MatchString(key) && len(key) <= 200 {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

const (
	markerStart    = "<!-- dropgate:finding "
	markerResolved = " resolved"
	markerEnd      = " -->\n"
)

// marked returns a comment's text behind its marker, which is not shown, in what
// GitHub takes.
func marked(key string, resolved bool, body string) string {
	marker := markerStart + markerKey(key)
	if resolved {
		marker += markerResolved
	}
	marker += markerEnd
	return marker + cut(body, CommentLimit-len(marker))
}

var findingMarker = regexp.MustCompile(`^<!-- dropgate:finding ([^ \n]+)( resolved)? -->(?:\n|$)`)

// A Posted is a comment of dropgate's own that is on the pull request.
type Posted struct {
	Key  string // as [markerKey] writes it
	Body string // without the marker
	// Path, StartLine and Line are where it stands; Line is 0 when its lines are
	// gone, and StartLine for a single line.
	Path            string
	StartLine, Line int
	Resolved        bool // it says that its finding is gone
	Answered        bool // somebody else replied

	id   int64
	node string // its name in GraphQL
}

// LineComments returns the comments that viewer wrote on the pull request's
// lines and that begin with dropgate's marker, oldest first.
func (c *Client) LineComments(ctx context.Context, number int, viewer string) ([]Posted, error) {
	var own []Posted
	replies := map[int64][]*gh.User{}
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		opts := &gh.PullRequestListCommentsOptions{ListOptions: o}
		list, resp, err := c.api.PullRequests.ListComments(ctx, c.owner, c.name, number, opts)
		for _, comment := range list {
			if to := comment.GetInReplyTo(); to != 0 {
				replies[to] = append(replies[to], comment.GetUser())
				continue
			}
			if p, ok := newPosted(comment); ok && c.isOwn(ctx, comment.GetUser(), viewer) {
				own = append(own, p)
			}
		}
		return resp, err
	})
	if err != nil {
		return nil, callf(readPulls, "list the review comments of pull request %d", number).fail(err)
	}
	slices.SortFunc(own, func(a, b Posted) int { return cmp.Compare(a.id, b.id) })
	// A page that moved on between two requests repeats comments.
	own = slices.CompactFunc(own, func(a, b Posted) bool { return a.id == b.id })
	for i := range own {
		own[i].Answered = slices.ContainsFunc(replies[own[i].id], func(u *gh.User) bool { return !c.isOwn(ctx, u, viewer) })
	}
	return own, nil
}

// newPosted reads a comment that begins with a marker.
func newPosted(c *gh.PullRequestComment) (Posted, bool) {
	text := strings.ReplaceAll(c.GetBody(), "\r\n", "\n")
	m := findingMarker.FindStringSubmatch(text)
	if m == nil {
		return Posted{}, false
	}
	p := Posted{
		Key: m[1], Resolved: m[2] != "", Body: text[len(m[0]):],
		Path: c.GetPath(), StartLine: c.GetStartLine(), Line: c.GetLine(),
		id: c.GetID(), node: c.GetNodeID(),
	}
	if c.GetSide() == "LEFT" {
		p.Line = 0 // the lines of a suggestion are those at the head
	}
	return p, true
}

// A Plan is what has to be done for the comments on the lines to say what they
// should.
type Plan struct {
	Post     []LineComment // to be posted, in one review
	Beyond   []LineComment // not to be posted: they are not among the first most
	Unplaced []LineComment // not to be posted: the diff has no place for them
	Edits    []Edit        // own comments that are to say something else
}

// An Edit is a change of a comment of dropgate's own.
type Edit struct {
	of       Posted
	text     string // the whole new text, the marker included
	minimise string // why to fold the comment away; empty: do not
	show     bool   // it was folded away, and is to be shown again
}

// double is what becomes of a second comment on one finding, which two runs at
// the same time can leave. It has no marker, so that it is not found again.
const double = "_dropgate says the same in another comment on this operation._"

// PlanComments compares the comments that are there, oldest first, with those
// that there should be, worst first. One that is there in the same words is left
// alone, and so is one that people answered when its finding is gone. settled
// returns what a comment says whose finding is gone.
func PlanComments(there []Posted, want []LineComment, most int, settled func(Posted) string) Plan {
	var plan Plan
	wanted := map[string]LineComment{}
	for _, w := range want {
		wanted[markerKey(w.Key)] = w
	}
	kept := map[string]bool{}
	for _, p := range there {
		w, ok := wanted[p.Key]
		switch {
		case kept[p.Key]:
			if !p.Answered {
				plan.Edits = append(plan.Edits, Edit{of: p, text: double, minimise: "DUPLICATE"})
			}
			continue
		case ok:
			text := marked(w.Key, false, w.at(p))
			if p.Resolved || normalise(text) != normalise(marked(p.Key, false, p.Body)) {
				plan.Edits = append(plan.Edits, Edit{of: p, text: text, show: p.Resolved})
			}
		case !p.Resolved && !p.Answered:
			plan.Edits = append(plan.Edits, Edit{of: p, text: marked(p.Key, true, settled(p)), minimise: "RESOLVED"})
		}
		kept[p.Key] = true
	}
	plan.add(want, kept, most)
	return plan
}

// add sorts out the comments that are not there yet.
func (plan *Plan) add(want []LineComment, there map[string]bool, most int) {
	rank := 0
	for _, w := range want {
		key := markerKey(w.Key)
		if w.Line > 0 {
			rank++
		}
		switch {
		case there[key]:
			continue
		case w.Line <= 0:
			plan.Unplaced = append(plan.Unplaced, w)
		case rank <= most:
			plan.Post = append(plan.Post, w)
		default:
			plan.Beyond = append(plan.Beyond, w)
		}
		there[key] = true
	}
}

// Edit carries the edits out. It stops at the first that GitHub refuses, since
// the others would fare the same; a comment that was deleted meanwhile needs none.
func (c *Client) Edit(ctx context.Context, edits []Edit) error {
	may := true // fold comments away: a token may be allowed to edit and not that
	for _, e := range edits {
		switch {
		case !may:
		case e.minimise != "":
			may = c.mutate(ctx, fmt.Sprintf(minimise, e.minimise), e.of.node)
		case e.show:
			may = c.mutate(ctx, unminimise, e.of.node)
		}
		_, _, err := c.api.PullRequests.EditComment(ctx, c.owner, c.name, e.of.id, &gh.PullRequestComment{Body: &e.text})
		err = callf(writePulls, "change review comment %d", e.of.id).fail(err)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

const (
	minimise   = "mutation($id:ID!){minimizeComment(input:{subjectId:$id,classifier:%s}){minimizedComment{isMinimized}}}"
	unminimise = "mutation($id:ID!){unminimizeComment(input:{subjectId:$id}){unminimizedComment{isMinimized}}}"
)

// mutate runs a GraphQL mutation that may be carried out twice on what GraphQL
// calls id, and reports whether the next may be tried too. REST has no
// counterpart, and nothing hangs on it.
func (c *Client) mutate(ctx context.Context, mutation, id string) bool {
	if c.graphql == "" || id == "" {
		return false
	}
	req, err := c.api.NewRequest("POST", c.graphql, map[string]any{
		"query": mutation, "variables": map[string]string{"id": id},
	})
	if err != nil {
		return false
	}
	var answer struct {
		Errors []struct {
			Type string `json:"type"`
		} `json:"errors"`
	}
	if _, err = c.api.Do(repeatable(ctx), req, &answer); err != nil {
		return false
	}
	for _, e := range answer.Errors {
		if e.Type != "NOT_FOUND" { // deleted meanwhile
			return false
		}
	}
	return true
}
