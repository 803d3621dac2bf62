package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
)

// A pull is a pull request under review.
type pull struct {
	*action
	client *github.Client
	event  pullEvent
	live   *github.PullRequest
	tip    string // of the base branch
	base   string // the merge base
	config config.Config
	files  []github.File
	sides  sides // the files at the merge base and at the head
	viewer string
}

// pullRequest reviews the live head of the event's pull request.
func (a *action) pullRequest(ctx context.Context) error {
	event, err := a.pullEvent()
	if err != nil {
		return err
	}
	if event.Action == "closed" {
		return a.nothing(a.in.apply(config.Default()), "in a closed pull request")
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	p := &pull{action: a, client: client, event: event}
	err = guarded(func() error { return p.run(ctx) })
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
	p.tip = tip
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
	evidence.Proof = p.proof(ctx, found)
	decision := gate.Decide(found, p.config.Policy(), evidence)
	p.removeStale(ctx, found, evidence, &decision)
	r := newReview(found, decision)
	r.Scope = fmt.Sprintf("in pull request #%d", p.live.Number)
	if summaryErr != nil {
		p.warnf("the comments could not be read, so nothing is posted: %s", summaryErr)
		p.setStatus(ctx, decision)
	} else if err := p.say(ctx, r, evidence, summary); err != nil {
		return err
	}
	return p.finish(r)
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
