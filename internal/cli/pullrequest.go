package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/internal/report"
)

// A pull is a pull request under review.
type pull struct {
	*action
	client *github.Client
	event  pullEvent
	live   *github.PullRequest
	base   string // the merge base
	config config.Config
	files  []github.File
	sides  sides // the files at the merge base and at the head
	viewer string
}

// pullRequest reviews the live head of the event's pull request.
func (a *action) pullRequest(ctx context.Context, event pullEvent) error {
	if event.Action == "closed" {
		return a.nothing(a.in.apply(config.Default()), "in a closed pull request")
	}
	client, err := github.New(github.Options{
		Token: a.in.token, APIURL: cmp.Or(a.getenv("GITHUB_API_URL"), "https://api.github.com"),
		GraphQLURL: a.getenv("GITHUB_GRAPHQL_URL"), Repository: a.getenv("GITHUB_REPOSITORY"),
		Sleep: sleep, Now: a.now,
	})
	if err != nil {
		return err
	}
	p := &pull{action: a, client: client, event: event}
	err = p.run(ctx)
	if err != nil {
		p.failStatus(ctx)
	}
	return err
}

func (p *pull) run(ctx context.Context) (err error) {
	if p.live, err = p.client.PullRequest(ctx, p.event.Number); err != nil {
		return err
	}
	if p.live.State != "open" {
		return p.nothing(p.in.apply(config.Default()), "in a closed pull request")
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	found, err := p.review(ctx)
	if err != nil {
		return err
	}
	return p.decide(ctx, found)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// mostListed is how many files of a pull request GitHub lists.
const mostListed = 3000

// read gets the changed files, the merge base and the base's config.
func (p *pull) read(ctx context.Context) error {
	files, _, err := p.client.Files(ctx, p.live)
	if err != nil {
		return err
	}
	if len(files) < min(p.live.ChangedFiles, mostListed) {
		return fmt.Errorf("GitHub lists %d of the %d changed files: run the job again", len(files), p.live.ChangedFiles)
	}
	p.files = files
	// The list tells of no commit: it is this head's if the head has not moved.
	again, err := p.client.PullRequest(ctx, p.live.Number)
	if err != nil {
		return err
	}
	if again.HeadSHA != p.live.HeadSHA || again.BaseRef != p.live.BaseRef {
		return fmt.Errorf("the pull request moved on from %s to %s while it was read: the run for that reviews it", p.live.HeadSHA, again.HeadSHA)
	}
	p.live = again
	// The base that the pull request names is that of its last push.
	tip, err := p.client.Tip(ctx, p.live.BaseRef)
	if errors.Is(err, github.ErrNotFound) {
		tip, err = p.live.BaseSHA, nil // the branch is gone: what it was is still the base
	}
	if err != nil {
		return err
	}
	if p.base, err = p.client.MergeBase(ctx, tip, p.live.HeadSHA); err != nil {
		return err
	}
	c := config.Default()
	data, ok, err := p.client.FileAt(ctx, tip, p.in.config)
	if err != nil {
		return fmt.Errorf("read the config from the base: %w", err)
	}
	if ok {
		if c, err = parseConfig(p.in.config, data); err != nil {
			return err
		}
	} else {
		p.logf("no %s on the base branch: the defaults are in force", p.in.config)
	}
	p.config = p.in.apply(c)
	return nil
}

// review reads what changed and judges it.
func (p *pull) review(ctx context.Context) (*analyzer.Report, error) {
	var changed []github.File
	for _, f := range p.files {
		if wanted(p.config, f.Path) || f.OldPath != "" && wanted(p.config, f.OldPath) {
			changed = append(changed, f)
		}
	}
	all := &change{}
	if len(changed) > 0 {
		var err error
		if all, err = p.change(ctx, changed); err != nil {
			return nil, err
		}
	}
	if hidden := p.live.ChangedFiles - len(p.files); hidden > 0 {
		all.files = append(all.files, analyzer.ChangedFile{
			Path: "(not listed)", Status: "modified",
			// With the head in it, a label covers what it was put on and no later push.
			Unreadable: fmt.Sprintf("GitHub lists the first %d files of a pull request, and %d more have changed as of %s", len(p.files), hidden, p.live.HeadSHA),
		})
	}
	all.sizes = p.in.sizes
	all.inUse = p.inUse(func() (codebase, error) {
		return workspaceCode(p.config, p.getenv("GITHUB_WORKSPACE"), p.sides.head, all)
	})
	found := together(all, 0)
	applyRules(p.config, found)
	return found, nil
}

// decide asks the gate first, and only then says anything to anybody.
func (p *pull) decide(ctx context.Context, found *analyzer.Report) error {
	evidence, summary, summaryErr := p.evidence(ctx)
	decision := gate.Decide(found, p.config.Policy(), evidence)
	r := newReview(found, decision)
	r.Scope = fmt.Sprintf("in pull request #%d", p.live.Number)
	if summaryErr != nil {
		p.warnf("the comments could not be read, so nothing is posted: %s", summaryErr)
	} else {
		p.publish(ctx, r, evidence, summary)
	}
	p.setStatus(ctx, decision)
	return p.finish(r)
}

// evidence reads what is known of the label, and dropgate's own comment.
func (p *pull) evidence(ctx context.Context) (gate.Evidence, github.Summary, error) {
	var (
		e       gate.Evidence
		summary github.Summary
		err     error
	)
	e.Present = slices.ContainsFunc(p.live.Labels, func(l string) bool { return strings.EqualFold(l, p.config.Label) })
	if e.Present {
		e.Covers = p.startedByLabel()
		if e.Covers {
			e.By = p.event.Sender.Login
		}
		put, err := p.client.LastLabelEvent(ctx, p.live.Number, p.config.Label)
		switch {
		case err != nil:
			p.warnf("who put the label on, and when, could not be read: %s", err)
		case put != nil:
			e.By, e.At = put.By, put.At
		}
	}
	if p.config.Comment == config.CommentOff {
		return e, summary, nil
	}
	p.viewer = p.client.Viewer(ctx)
	if summary, err = p.client.FindSummary(ctx, p.live.Number, p.viewer); err != nil {
		return e, summary, err
	}
	if summary.Found {
		if record, ok := github.DecodeRecord(summary.Body); ok {
			e.Record = &record
		}
	}
	return e, summary, nil
}

// startedByLabel reports whether putting the label on started this run, and what
// it was put on is still what is under review: the same head, and against the
// same branch, for another base makes another change of it.
func (p *pull) startedByLabel() bool {
	at := p.event.PullRequest
	return p.event.Action == "labeled" && strings.EqualFold(p.event.Label.Name, p.config.Label) &&
		at.Head.SHA == p.live.HeadSHA && cmp.Or(at.Base.Ref, p.live.BaseRef) == p.live.BaseRef
}

// change reads the changed files at the head, and the migrations at the merge
// base.
func (p *pull) change(ctx context.Context, changed []github.File) (*change, error) {
	tree, truncated, err := p.client.Tree(ctx, p.live.HeadSHA)
	if err != nil {
		return nil, err
	}
	if truncated {
		return nil, fmt.Errorf("GitHub lists only a part of the files at %s: the repository is too large for this version", p.live.HeadSHA)
	}
	p.sides.head = entriesOf(tree)
	history, old, err := p.history(ctx, changed)
	if err != nil {
		return nil, err
	}
	read := func(oids []string) (map[string][]byte, error) { return p.client.Blobs(ctx, oids) }
	plans, err := p.sides.recognise(slices.Collect(maps.Values(old)), read)
	if err != nil {
		return nil, err
	}
	var changes []git.Change
	var oids []string
	for _, f := range changed {
		c := git.Change{Path: f.Path, OldPath: f.OldPath, Status: f.Status}
		if f.Status != git.Removed {
			at, ok := p.sides.head[f.Path]
			if !ok {
				return nil, fmt.Errorf("GitHub lists %s as changed, and the head %s does not have it: it has moved on, run the job again", f.Path, p.live.HeadSHA)
			}
			c.New = at
			if isText(at.Mode) && wanted(p.config, f.Path) {
				oids = append(oids, at.OID)
			}
		}
		changes = append(changes, c)
	}
	contents, err := p.client.Blobs(ctx, oids)
	if err != nil {
		return nil, err
	}
	all := &change{history: history}
	for _, c := range changes {
		file := changedFile(p.config, c, old, contents)
		if file.Unreadable != "" { // else a link that points elsewhere would be the same operation
			file.Unreadable += fmt.Sprintf(" (object %s)", c.New.OID)
		}
		all.files = append(all.files, file)
	}
	keepFormat(all, plans)
	if all.baseline, all.warning, err = p.sides.baseline(p.config, read); err != nil {
		return nil, err
	}
	if all.warning != "" {
		p.warnf("%s", all.warning)
	}
	return all, p.sides.complete(all, read)
}

func (p *pull) setStatus(ctx context.Context, d gate.Decision) {
	if p.in.status == "" {
		return
	}
	state, text := github.StatusSuccess, "nothing blocks"
	if d.Blocked {
		state, text = github.StatusFailure, d.Reasons[0]
	} else if d.Acknowledgement.State == gate.Valid {
		text = d.Reasons[0]
	}
	if err := p.client.SetStatus(ctx, p.live.HeadSHA, state, p.in.status, text, p.live.URL); err != nil {
		p.warnf("the status %s could not be set: %s", p.in.status, err)
	}
}

// failStatus takes back what an earlier run said of the head: a status of success
// would go on opening the gate.
func (p *pull) failStatus(ctx context.Context) {
	if p.in.status == "" {
		return
	}
	head, page := p.event.PullRequest.Head.SHA, ""
	if p.live != nil {
		head, page = p.live.HeadSHA, p.live.URL
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	const text = "could not review: the log of the job says why"
	if err := p.client.SetStatus(ctx, head, github.StatusError, p.in.status, text, page); err != nil {
		p.warnf("the status %s could not be set: %s", p.in.status, err)
	}
}

// publish posts the line comments and the summary. What cannot be posted is a
// warning: the verdict stands whatever GitHub takes.
func (p *pull) publish(ctx context.Context, r *report.Review, e gate.Evidence, summary github.Summary) {
	if p.config.Comment == config.CommentOff {
		return
	}
	blocking := slices.ContainsFunc(r.Report.Findings, func(f analyzer.Finding) bool { return f.Blocking })
	if !blocking && !summary.Found {
		return // nobody is told that there is nothing to tell
	}
	o := report.SummaryOptions{OutsideDiff: map[string]bool{}, Uncovered: gate.Uncovered(r.Report, e)}
	if server := p.getenv("GITHUB_SERVER_URL"); server != "" {
		o.Tree = fmt.Sprintf("%s/%s/blob/%s", strings.TrimSuffix(server, "/"), p.getenv("GITHUB_REPOSITORY"), p.live.HeadSHA)
	}
	if p.config.Comment == config.CommentReview {
		p.comments(ctx, r, o.OutsideDiff)
	}
	body, fits := github.EncodeRecord(report.Summary(r, o), gate.Remember(r.Report, e))
	if !fits {
		p.warnf("there are too many operations to be remembered in a comment: the label counts only in the run that it starts")
	}
	if err := p.client.SaveSummary(ctx, p.live.Number, summary, body); err != nil {
		p.warnf("the summary could not be posted: %s", err)
	}
}

// comments posts a comment on the lines of each blocking finding, and notes
// those that have no place in the diff.
func (p *pull) comments(ctx context.Context, r *report.Review, outside map[string]bool) {
	anchors := github.Anchors(p.files)
	var comments []github.LineComment
	for _, f := range r.Report.Findings {
		if !f.Blocking {
			continue
		}
		start, line, ok := anchors.Place(f.Path, f.Start.Line, f.End.Line)
		if !ok {
			outside[f.Fingerprint] = true
			continue
		}
		if cmp.Or(start, line) != f.Start.Line || line != f.End.Line {
			f.Suggest = "" // a click on it would replace other lines
		}
		comments = append(comments, github.LineComment{
			Key: f.Fingerprint, Path: f.Path, StartLine: start, Line: line, Body: report.Comment(f, r),
		})
	}
	if len(comments) == 0 {
		return
	}
	_, skipped, failed, err := p.client.PostReview(ctx, p.live.Number, p.live.HeadSHA, p.viewer, comments, github.DefaultComments)
	for _, c := range append(skipped, failed...) {
		outside[c.Key] = true
	}
	if err != nil {
		p.warnf("comments on the lines could not be posted: %s", err)
	}
}
