package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
)

// mostListed is how many files of a pull request GitHub lists.
const mostListed = 3000

// A listing is what is known of the merge base's files without asking for them.
type listing struct {
	// exact says that the pull request's files are all that the head changes of the
	// merge base, so that the base's files follow from the head's.
	exact bool
	// older are paths that the base has with other contents, which do not follow.
	older map[string]bool
	// partial says that GitHub did not list all files.
	partial bool
}

// read gets the changed files, the merge base and the base's config.
func (p *pull) read(ctx context.Context) error {
	d, err := p.compare(ctx)
	if err != nil {
		return err
	}
	told := p.ask(ctx, d)
	if told.Tip != d.Base && d.Base != p.live.BaseSHA {
		asked := d.Base
		if d, err = p.confirm(ctx, d); err != nil {
			return err
		}
		if d.Base != asked {
			told = github.Told{} // it was about another commit
		}
	}
	p.tip = d.Base
	data, ok, err := p.configAt(ctx, d.Base, told.Folder)
	if err != nil {
		return fmt.Errorf("read the config from the base: %w", err)
	}
	p.config, err = p.inForce(data, ok, "on the base branch")
	return err
}

// inForce reads the config's text, if there is one, and lets the inputs win over it.
func (a *action) inForce(data []byte, ok bool, where string) (config.Config, error) {
	if !ok {
		a.logf("no %s %s: the defaults are in force", a.in.config, where)
		return a.in.apply(config.Default()), nil
	}
	c, err := parseConfig(a.in.config, data)
	return a.in.apply(c), err
}

// compare compares the head with the base branch as it is now: the base that the
// pull request names is that of its last push.
func (p *pull) compare(ctx context.Context) (*github.Difference, error) {
	d, err := p.client.Difference(ctx, p.live.BaseRef, p.live.HeadSHA)
	if errors.Is(err, github.ErrNotFound) {
		var tip string
		if tip, err = p.baseTip(ctx); err == nil {
			d, err = p.client.Difference(ctx, tip, p.live.HeadSHA)
		}
	}
	if err != nil {
		return nil, err
	}
	return d, p.use(ctx, d)
}

// baseTip returns where the base branch is. If it is gone, what it was is still the base.
func (p *pull) baseTip(ctx context.Context) (string, error) {
	tip, err := p.client.Tip(ctx, p.live.BaseRef)
	if errors.Is(err, github.ErrNotFound) {
		return p.live.BaseSHA, nil
	}
	return tip, err
}

// use takes the change from a comparison.
func (p *pull) use(ctx context.Context, d *github.Difference) error {
	p.base, p.listing.exact, p.sides.base = d.MergeBase, false, nil
	if err := p.list(ctx, d); err != nil || !p.listing.exact {
		return err
	}
	if err := p.readHead(ctx); err != nil {
		return err
	}
	p.derive()
	return nil
}

// confirm makes sure that the comparison is with the branch, and not with a tag that
// goes by its name.
func (p *pull) confirm(ctx context.Context, d *github.Difference) (*github.Difference, error) {
	tip, err := p.baseTip(ctx)
	if err != nil || tip == d.Base {
		return d, err
	}
	if d, err = p.client.Difference(ctx, tip, p.live.HeadSHA); err != nil {
		return nil, err
	}
	return d, p.use(ctx, d)
}

// ask asks in one query for the config, if the merge base has one or the base branch
// has moved on, and for what the defaults would have reviewed.
func (p *pull) ask(ctx context.Context, d *github.Difference) github.Told {
	if !p.listing.exact || p.listing.partial {
		return github.Told{}
	}
	name := p.in.config
	at, ok := p.sides.head[name]
	moved := d.Base != d.MergeBase || d.Base != p.live.BaseSHA
	if !ok && !moved {
		return github.Told{} // the config is known soon, and will ask
	}
	w := github.Wish{Viewer: !p.live.Silent}
	if moved {
		w.Branch, w.Commit, w.Folder = p.live.BaseRef, d.Base, path.Dir(name)
	}
	if isText(at.Mode) {
		w.Blobs = append(w.Blobs, at.OID)
	}
	w.Blobs = append(w.Blobs, p.needs(p.in.apply(config.Default()))...)
	return p.prefetch(ctx, w)
}

// list makes sure that the files are all that the pull request changes. Those of the
// comparison are about its two commits; GitHub's longer list tells of no commit, and
// is this head's if the head has not moved.
func (p *pull) list(ctx context.Context, d *github.Difference) error {
	if d.Whole && len(d.Files) == p.live.ChangedFiles {
		p.files, p.listing.exact = d.Files, true
		return nil
	}
	files, complete, err := p.client.Files(ctx, p.live)
	if err != nil {
		return err
	}
	if len(files) < min(p.live.ChangedFiles, mostListed) {
		return fmt.Errorf("GitHub lists %d of the %d changed files: run the job again", len(files), p.live.ChangedFiles)
	}
	again, err := p.client.PullRequest(ctx, p.live.Number)
	if err != nil {
		return err
	}
	if again.HeadSHA != p.live.HeadSHA || again.BaseRef != p.live.BaseRef {
		return fmt.Errorf("the pull request moved on from %s to %s while it was read: the run for that reviews it", p.live.HeadSHA, again.HeadSHA)
	}
	p.live, p.files = again, files
	if !complete {
		return nil
	}
	p.addFiles(d.Files)
	return p.addUnlisted(ctx)
}

// addUnlisted adds the files that differ between the merge base and the head: the
// list can be of an earlier push, and where that is, the comparison may end too soon.
func (p *pull) addUnlisted(ctx context.Context) (err error) {
	if err := p.readHead(ctx); err != nil {
		return err
	}
	if p.sides.base, err = p.tree(ctx, p.base, nil); err != nil || p.listing.partial {
		return err
	}
	former := map[string]bool{}
	for _, f := range p.files {
		former[f.OldPath] = true
	}
	files := changedBetween(p.sides.base, p.sides.head, nil)
	p.addFiles(slices.DeleteFunc(files, func(f github.File) bool { return f.Status == git.Removed && former[f.Path] }))
	return nil
}

// addFiles adds those of the files that are not among the pull request's: what GitHub
// lists of it can be older than the base branch.
func (p *pull) addFiles(files []github.File) {
	listed := map[string]bool{}
	for _, f := range p.files {
		listed[f.Path] = true
	}
	for _, f := range files {
		if !listed[f.Path] {
			p.files = append(p.files, f)
		}
	}
}

// wanted returns the files that a config has reviewed.
func (p *pull) wanted(c config.Config) []github.File {
	var changed []github.File
	for _, f := range p.files {
		if wanted(c, f.Path) || f.OldPath != "" && wanted(c, f.OldPath) {
			changed = append(changed, f)
		}
	}
	return changed
}

// readHead reads which files the head has.
func (p *pull) readHead(ctx context.Context) (err error) {
	if p.sides.head == nil {
		p.sides.head, err = p.tree(ctx, p.live.HeadSHA, nil)
	}
	return err
}

// tree reads which files a commit has. Where GitHub lists only a part of them, the
// folders of those that are named are read one by one.
func (p *pull) tree(ctx context.Context, commit string, names []string) (map[string]git.Entry, error) {
	files, truncated, err := p.client.Tree(ctx, commit)
	if err != nil {
		return nil, err
	}
	all := entriesOf(files)
	if truncated {
		p.listing.partial = true
		err = p.addFolders(ctx, commit, all, names)
	}
	return all, err
}

// addFolders adds the files of the folders that the names are in.
func (p *pull) addFolders(ctx context.Context, commit string, to map[string]git.Entry, names []string) error {
	var folders []string
	for _, name := range names {
		folders = append(folders, path.Dir(name))
	}
	files, err := p.client.Folders(ctx, commit, folders)
	maps.Copy(to, entriesOf(files))
	return err
}

// readSides reads which files there are at the head and at the merge base.
func (p *pull) readSides(ctx context.Context) error {
	if err := p.readHead(ctx); err != nil {
		return err
	}
	if p.listing.partial {
		if err := p.addFolders(ctx, p.live.HeadSHA, p.sides.head, p.counting()); err != nil {
			return err
		}
	}
	if !p.listing.exact {
		if p.sides.base != nil && !p.listing.partial {
			return nil
		}
		var err error
		p.sides.base, err = p.tree(ctx, p.base, p.counting())
		return err
	}
	p.derive()
	p.sides.missing = func(names []string) error { return p.readOlder(ctx, names) }
	return p.readOlder(ctx, p.counting())
}

// derive tells the merge base's files from the head's.
func (p *pull) derive() {
	p.sides.base, p.listing.older = maps.Clone(p.sides.head), map[string]bool{}
	for _, f := range p.files {
		delete(p.sides.base, f.Path)
	}
	for _, f := range p.files {
		switch f.Status {
		case git.Added, "copied":
		case git.Renamed:
			p.listing.older[f.OldPath] = true
		default:
			p.listing.older[f.Path] = true
		}
	}
}

// readOlder reads the merge base's files after all if one of the names is among
// those that do not follow from the head's.
func (p *pull) readOlder(ctx context.Context, names []string) error {
	if !slices.ContainsFunc(names, func(name string) bool { return p.listing.older[name] }) {
		return nil
	}
	base, err := p.tree(ctx, p.base, names)
	if err == nil {
		maps.Copy(p.sides.base, base)
		p.listing.older = nil
	}
	return err
}

// counting are the changed files' paths, now and before, by which a review goes.
func (p *pull) counting() []string {
	var names []string
	for _, f := range p.files {
		for _, name := range []string{f.Path, f.OldPath} {
			if name != "" && (candidate(p.config, name) || name == p.config.Schema || migration.IsPlan(name)) {
				names = append(names, name)
			}
		}
	}
	return names
}

// configAt reads the config from the tip of the base branch, of which the config's
// folder may be known.
func (p *pull) configAt(ctx context.Context, tip string, folder map[string]github.TreeFile) (data []byte, ok bool, err error) {
	name := p.in.config
	var at git.Entry
	switch {
	case folder != nil:
		f, there := folder[path.Base(name)]
		at, ok = git.Entry{Mode: f.Mode, OID: f.SHA}, there
	case p.listing.exact && !p.listing.partial && tip == p.base && !p.listing.older[name]:
		at, ok = p.sides.base[name]
		below := func(other string) bool { return strings.HasPrefix(other, name+"/") }
		ok = ok || slices.ContainsFunc(slices.Collect(maps.Keys(p.sides.base)), below)
	default:
		return p.client.FileAt(ctx, tip, name)
	}
	switch {
	case !ok:
		return nil, false, nil
	case !isText(at.Mode):
		return p.client.FileAt(ctx, tip, name) // which says what else it is
	}
	contents, err := p.client.Blobs(ctx, []string{at.OID})
	return contents[at.OID], err == nil, err
}

// needs are the blobs that a review with this config reads, the most important first.
func (p *pull) needs(c config.Config) []string {
	changed := p.wanted(c)
	if len(changed) == 0 {
		return nil
	}
	var oids []string
	for _, f := range changed {
		if at := p.sides.head[f.Path]; f.Status != git.Removed && isText(at.Mode) && wanted(c, f.Path) {
			oids = append(oids, at.OID)
		}
	}
	for _, side := range []map[string]git.Entry{p.sides.base, p.sides.head} {
		for _, name := range slices.Sorted(maps.Keys(side)) {
			if isText(side[name].Mode) && (migration.IsPlan(name) || name == c.Schema) {
				oids = append(oids, side[name].OID)
			}
		}
	}
	for _, m := range p.applied(c, changed).files {
		oids = append(oids, p.sides.base[m.File.Path].OID)
	}
	return oids
}

// change reads the changed files at the head, and the migrations at the merge
// base.
func (p *pull) change(ctx context.Context, changed []github.File) (*change, error) {
	if err := p.readSides(ctx); err != nil {
		return nil, err
	}
	changes, oids, err := p.changes(changed)
	if err != nil {
		return nil, err
	}
	p.prefetch(ctx, github.Wish{Blobs: p.needs(p.config), Viewer: !p.live.Silent})
	history, old, err := p.history(ctx, changed)
	if err != nil {
		return nil, err
	}
	read := func(oids []string) (map[string][]byte, error) { return p.client.Blobs(ctx, oids) }
	plans, err := p.sides.recognise(slices.Collect(maps.Values(old)), read)
	if err != nil {
		return nil, err
	}
	contents, err := read(oids)
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

// changes tells the changed files as git does, and which blobs of the head are to be
// reviewed.
func (p *pull) changes(changed []github.File) (changes []git.Change, oids []string, err error) {
	for _, f := range changed {
		c := git.Change{Path: f.Path, OldPath: f.OldPath, Status: f.Status}
		if f.Status == "changed" || f.Status == "unchanged" { // GitHub's words for other modes and types
			c.Status = git.TypeChanged
		}
		at, ok := p.sides.head[f.Path]
		removed := f.Status == git.Removed
		if ok == removed || ok && isText(at.Mode) && f.SHA != "" && f.SHA != at.OID {
			return nil, nil, fmt.Errorf("what GitHub lists of %s is not what the head %s has: it has moved on, run the job again", f.Path, p.live.HeadSHA)
		}
		if !removed {
			c.New = at
			if isText(at.Mode) && wanted(p.config, f.Path) {
				oids = append(oids, at.OID)
			}
		}
		changes = append(changes, c)
	}
	return changes, oids, nil
}
