package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
)

// A span is what a commit has and another one has not, by whatever pull requests
// it came.
type span struct {
	*action
	client   *github.Client
	branch   string // that it goes into
	head     string
	tip      string // of the branch
	config   config.Config
	compared *github.Comparison
}

// whole is the span as if it were one pull request.
func (s *span) whole() *pull {
	return &pull{
		action: s.action, client: s.client, config: s.config, tip: s.tip,
		live: &github.PullRequest{HeadSHA: s.head, BaseRef: s.branch},
	}
}

// readConfig reads the config that a commit has.
func (s *span) readConfig(ctx context.Context, commit string) error {
	data, ok, err := s.client.FileAt(ctx, commit, s.in.config)
	if err != nil {
		return err
	}
	s.config, err = s.inForce(data, ok, "at "+commit)
	return err
}

// since reviews all that the head changes of a commit's files, as one change. The
// two lists of files are compared here: GitHub's own comparison ends at 300.
func (s *span) since(ctx context.Context, base string) (*analyzer.Report, error) {
	p := s.whole()
	p.base = base
	old, err := s.tree(ctx, base)
	if err != nil {
		return nil, err
	}
	now, err := s.tree(ctx, s.head)
	if err != nil {
		return nil, err
	}
	p.files = changedBetween(old, now, s.compared.Renamed)
	if base == s.compared.MergeBase {
		if err := s.agree(p.files, now); err != nil {
			return nil, err
		}
	}
	p.live.ChangedFiles, p.sides.base, p.sides.head = len(p.files), old, now
	return p.review(ctx)
}

// agree makes sure that the two lists of files differ in what GitHub's comparison
// has, where it has all: a list that lacks a file says nothing of that.
func (s *span) agree(files []github.File, now map[string]git.Entry) error {
	told := s.compared.Files
	for _, name := range slices.Sorted(maps.Keys(told)) {
		if _, there := now[name]; there != told[name] {
			return s.otherwise(name)
		}
	}
	for _, f := range files {
		if _, ok := told[f.Path]; !ok && len(told) > 0 {
			return s.otherwise(f.Path)
		}
	}
	return nil
}

func (s *span) otherwise(name string) error {
	return fmt.Errorf("what GitHub lists of %s at %s is not what its comparison has: run the job again", name, s.head)
}

// unlabelled decides as if there were no label, and marks what blocks.
func (s *span) unlabelled(r *analyzer.Report) gate.Decision {
	return gate.Decide(r, s.config.Policy(), gate.Evidence{})
}

// proof looks once for the evidence of a backup that labels on the operations need.
func (s *span) proof(ctx context.Context, operations []analyzer.Finding) *gate.Proof {
	return s.whole().proof(ctx, &analyzer.Report{Findings: slices.Clone(operations)})
}

func (s *span) tree(ctx context.Context, commit string) (map[string]git.Entry, error) {
	files, truncated, err := s.client.Tree(ctx, commit)
	if err != nil {
		return nil, err
	}
	if truncated {
		return nil, fmt.Errorf("GitHub lists only a part of the files at %s: the repository is too large for this version", commit)
	}
	return entriesOf(files), nil
}

// changedBetween lists the files that differ, by path. Renamed holds the former
// paths of files by their new ones.
func changedBetween(old, now map[string]git.Entry, renamed map[string]string) []github.File {
	var files []github.File
	moved := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		entry := now[name]
		was, known := old[name]
		file := github.File{Path: name, Status: git.Modified, SHA: entry.OID}
		switch from := renamed[name]; {
		case known && was == entry:
			continue
		case known:
		case isGone(from, old, now) && !moved[from]:
			moved[from] = true
			file.Status, file.OldPath = git.Renamed, from
		default:
			file.Status = git.Added
		}
		files = append(files, file)
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, kept := now[name]; !kept && !moved[name] {
			files = append(files, github.File{Path: name, Status: git.Removed, SHA: old[name].OID})
		}
	}
	slices.SortFunc(files, func(a, b github.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}

func isGone(name string, old, now map[string]git.Entry) bool {
	_, was := old[name]
	_, is := now[name]
	return was && !is
}

// mostAsked is how many commits GitHub is asked about for their pull requests. What
// comes by another one has no pull request then, which is the safe side.
const mostAsked = 100

// pulls asks GitHub which pull requests the commits came by, each once, and
// returns those that count.
func (s *span) pulls(ctx context.Context, counts func(github.Associated) bool) ([]github.Associated, error) {
	ask := origins(s.compared.Commits, s.head)
	if len(ask) > mostAsked {
		s.logf("of %d commits, the pull requests of the last %d are looked up", len(ask), mostAsked)
		ask = ask[:mostAsked]
	}
	var all []github.Associated
	seen := map[int]bool{}
	for _, commits := range ask {
		found, err := s.pullsOf(ctx, commits)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if !seen[p.Number] && counts(p) {
				seen[p.Number] = true
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b github.Associated) int { return a.Number - b.Number })
	return all, nil
}

// pullsOf returns the pull requests of the first of the commits that has any.
func (s *span) pullsOf(ctx context.Context, commits []string) ([]github.Associated, error) {
	for _, commit := range commits {
		found, err := s.client.PullsOf(ctx, commit)
		unknown := errors.Is(err, github.ErrUnprocessable) || errors.Is(err, github.ErrNotFound)
		if err != nil && !unknown {
			return nil, err
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

// origins returns the commits whose pull requests are those of all, the latest
// first: along the first parents from the head, each commit that merges none, and
// for one that does the merged one, or itself if that is known of no pull request.
// What lies behind a merged commit came by the same way.
func origins(commits []github.Commit, head string) [][]string {
	inside := map[string]github.Commit{}
	for _, c := range commits {
		inside[c.SHA] = c
	}
	var ask [][]string
	reached := map[string]bool{}
	for at, ok := inside[head]; ok && !reached[at.SHA]; at, ok = inside[first(at.Parents)] {
		reached[at.SHA] = true
		var merged []string
		for _, parent := range at.Parents[min(1, len(at.Parents)):] {
			if _, ok := inside[parent]; ok {
				merged = append(merged, parent)
				reach(inside, parent, reached)
			}
		}
		ask = append(ask, append(merged, at.SHA))
	}
	for _, c := range slices.Backward(commits) {
		if !reached[c.SHA] {
			ask = append(ask, []string{c.SHA})
		}
	}
	return ask
}

func first(parents []string) string {
	if len(parents) == 0 {
		return ""
	}
	return parents[0]
}

// reach marks a commit and those before it.
func reach(inside map[string]github.Commit, from string, reached map[string]bool) {
	queue := []string{from}
	for len(queue) > 0 {
		c, ok := inside[queue[0]]
		queue = queue[1:]
		if ok && !reached[c.SHA] {
			reached[c.SHA] = true
			queue = append(queue, c.Parents...)
		}
	}
}
