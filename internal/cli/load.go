package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/report"
	"github.com/dropgate/dropgate/rules"
)

const configName = ".dropgate.yml"

// known is what a config may name.
func known() config.Known {
	k := config.Known{Formats: migration.Names()}
	for _, r := range rules.All {
		k.Rules = append(k.Rules, r.ID)
	}
	return k
}

// parseConfig reads a config.
func parseConfig(name string, data []byte) (config.Config, error) {
	return config.Parse(name, data, known())
}

// readConfig reads a config from the disk; without a name the default one, which
// need not be there.
func readConfig(name string) (config.Config, error) {
	optional := name == ""
	if optional {
		name = configName
	}
	data, err := os.ReadFile(name)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return config.Default(), nil
	}
	if err != nil {
		return config.Config{}, fmt.Errorf("read the config %s: %w", name, cause(err))
	}
	return parseConfig(name, data)
}

// wanted reports whether a file is to be reviewed.
func wanted(c config.Config, name string) bool {
	return c.Includes(name) && candidate(c, name)
}

// candidate reports whether a file may be a migration, whatever the config leaves
// out. The dump that the history begins with is none.
func candidate(c config.Config, name string) bool {
	if name == c.Schema {
		return false
	}
	return migration.IsCandidate(name) || len(c.Paths) > 0 && c.FormatOf(name) != ""
}

// omitted collects the files that are not reviewed, each once.
type omitted struct {
	report.LeftOut
	seen     map[string]bool
	programs programs
}

// note notes a file if it is not to be reviewed, and reports whether that is so.
func (o *omitted) note(c config.Config, name string) bool {
	if wanted(c, name) {
		return false
	}
	if o.seen[name] {
		return true
	}
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	o.seen[name] = true
	switch {
	case name == c.Schema:
		o.Files = append(o.Files, report.LeftOutFile{Path: name, Why: "it is the dump that the history begins with"})
	case !candidate(c, name):
		o.Others++
	case !config.Config{Exclude: c.Exclude}.Includes(name):
		o.Files = append(o.Files, report.LeftOutFile{Path: name, Why: "the config excludes it"})
	default:
		o.Files = append(o.Files, report.LeftOutFile{Path: name, Why: "the config's paths do not have it"})
	}
	return true
}

// sorted returns the files by path.
func (o *omitted) sorted() report.LeftOut {
	slices.SortFunc(o.Files, func(a, b report.LeftOutFile) int { return strings.Compare(a.Path, b.Path) })
	return o.LeftOut
}

// past returns how a migration counts for those after it. One that the config
// leaves out may have made what a later one drops IF EXISTS: it counts as one that
// could not be read.
func past(c config.Config, m *migration.Migration) *migration.Migration {
	if wanted(c, m.File.Path) || m.Direction() == "down" {
		return m
	}
	m.Sections = nil
	m.Problems = []migration.Problem{{Message: "the config leaves it out"}}
	return m
}

func readMigration(c config.Config, name string, data []byte) *migration.Migration {
	return migration.Read(source.New(name, data), c.FormatOf(name))
}

// paths reads the migrations that the arguments name, those that come before them
// in the same folders, and what these include.
func (a *app) paths(ctx context.Context, c config.Config, args []string, left *omitted) (*disk, error) {
	seen := map[string]bool{}
	add := func(to, from []*migration.Migration) []*migration.Migration {
		for _, m := range from {
			if !seen[m.File.Path] {
				seen[m.File.Path] = true
				to = append(to, m)
			}
		}
		return to
	}
	d := &disk{}
	for _, arg := range args {
		found, err := a.argument(ctx, c, arg, left)
		if err != nil {
			return nil, err
		}
		d.files = add(d.files, found)
	}
	plans, err := plansOnDisk(d.files)
	if err != nil {
		return nil, err
	}
	migration.Recognise(plans, d.files)
	migration.Arrange(plans, d.files)
	for _, last := range lastOfSets(d.files) {
		earlier, err := before(c, last, plans)
		if err != nil {
			return nil, err
		}
		d.history = add(d.history, earlier)
	}
	if d.baseline, err = diskBaseline(c); err != nil {
		return nil, err
	}
	d.included, err = analyzer.Included(slices.Concat(d.history, d.files), readIncluded)
	return d, err
}

// argument reads what one argument names: a file, a folder, or - for standard
// input, which has no folder and so no history.
func (a *app) argument(ctx context.Context, c config.Config, arg string, left *omitted) ([]*migration.Migration, error) {
	if arg != stdin {
		return migrationsAt(c, arg, left)
	}
	type input struct {
		data []byte
		err  error
	}
	whole := make(chan input, 1)
	go func() {
		data, err := io.ReadAll(a.in)
		whole <- input{data, err}
	}()
	select {
	case <-ctx.Done(): // somebody at a terminal gave up
		return nil, fmt.Errorf("read standard input: %w", ctx.Err())
	case in := <-whole:
		if in.err != nil {
			return nil, fmt.Errorf("read standard input: %w", cause(in.err))
		}
		return []*migration.Migration{readMigration(c, stdin, in.data)}, nil
	}
}

// stdin is the argument, and the path in reports, for standard input.
const stdin = "-"

// lastOfSets returns the last migration of each set but standard input.
func lastOfSets(files []*migration.Migration) []*migration.Migration {
	last := map[string]*migration.Migration{}
	for _, m := range files {
		if m.File.Path != stdin && (last[m.Set] == nil || migration.Compare(last[m.Set], m) < 0) {
			last[m.Set] = m
		}
	}
	return slices.SortedFunc(maps.Values(last), migration.Compare)
}

// migrationsAt reads one file, or the migrations in a folder and those below it.
func migrationsAt(c config.Config, arg string, left *omitted) ([]*migration.Migration, error) {
	info, err := os.Stat(arg)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", arg, cause(err))
	}
	if !info.IsDir() {
		m, err := readFile(c, arg)
		return []*migration.Migration{m}, err
	}
	pick := func(c config.Config, name string) bool {
		if !left.note(c, name) {
			return true
		}
		left.program(c, name)
		return false
	}
	return walk(c, arg, pick, func(string) bool { return true })
}

// walk reads the files that pick takes in a folder, which may be a link, and in
// those of the folders below it that enter takes by their path in the first one.
// Folders named .git and node_modules are left out.
func walk(c config.Config, dir string, pick func(config.Config, string) bool, enter func(name string) bool) ([]*migration.Migration, error) {
	var all []*migration.Migration
	err := fs.WalkDir(os.DirFS(dir), ".", func(inside string, d fs.DirEntry, err error) error {
		name := filepath.Join(dir, filepath.FromSlash(inside))
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %w", name, cause(err))
		case d.IsDir() && inside != "." && (d.Name() == ".git" || d.Name() == "node_modules" || !enter(inside)):
			return fs.SkipDir
		case d.IsDir(), !pick(c, slashed(name)):
			return nil
		case d.Type()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0:
			return fmt.Errorf("read %s: it is not a plain file", name) // reading may never end
		}
		m, err := readFile(c, name)
		if err == nil {
			all = append(all, m)
		}
		return err
	})
	return all, err
}

// slashed returns a path as reports and the config's patterns have it: relative
// to the working folder if it lies in there, however it was written.
func slashed(name string) string {
	name = filepath.Clean(name)
	if filepath.IsLocal(name) {
		return filepath.ToSlash(name)
	}
	here, err := os.Getwd()
	if err == nil && !filepath.IsAbs(name) {
		name = filepath.Join(here, name)
	}
	if inside, failed := filepath.Rel(here, name); err == nil && failed == nil && filepath.IsLocal(inside) {
		name = inside
	}
	return filepath.ToSlash(name)
}

// cause is an error without the operation and path that the caller names.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func readFile(c config.Config, name string) (*migration.Migration, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	return readMigration(c, slashed(name), data), nil
}

// before reads the migrations of the file's set that come before it. They stand
// in the set's folder or, like the file, in one of its own right below that; what
// else is there may be large, and none of our business.
func before(c config.Config, m *migration.Migration, plans []*source.File) ([]*migration.Migration, error) {
	below := m.Set != path.Dir(m.File.Path)
	siblings, err := walk(c, filepath.FromSlash(m.Set), candidate, func(name string) bool {
		return below && !strings.Contains(name, "/")
	})
	if err != nil {
		return nil, err
	}
	migration.Recognise(plans, siblings)
	migration.Arrange(plans, siblings)
	siblings = slices.DeleteFunc(siblings, func(s *migration.Migration) bool {
		return s.Set != m.Set || migration.Compare(s, m) >= 0
	})
	for i, s := range siblings {
		siblings[i] = past(c, s)
	}
	return siblings, nil
}

// A change is what a pull request or an index changes, with its history.
type change struct {
	history []*migration.Migration
	files   []analyzer.ChangedFile
	// base and head are the files that migrations include.
	base, head map[string]*source.File
	sizes      *analyzer.Sizes
	// inUse looks for names in the code as the change leaves it.
	inUse    func([]analyzer.Gone) analyzer.Usage
	baseline *analyzer.Baseline
	warning  string // about the baseline
	progress func(analyzer.Stage, int, int)
}

// gitChange reads what changes list, on top of a commit's files.
func gitChange(ctx context.Context, r *git.Repository, c config.Config, tree []git.TreeFile, changes []git.Change) (*change, error) {
	sides := sidesOf(tree, changes)
	changes = slices.DeleteFunc(changes, func(f git.Change) bool {
		return !wanted(c, f.Path) && (f.OldPath == "" || !wanted(c, f.OldPath))
	})
	if len(changes) == 0 {
		return &change{}, nil
	}
	tree = slices.DeleteFunc(tree, notPast(c, changes))
	read := func(oids []string) (map[string][]byte, error) { return readBlobs(ctx, r, oids) }
	var oids []string
	for _, f := range tree {
		oids = append(oids, f.OID)
	}
	for _, f := range changes {
		if isText(f.New.Mode) {
			oids = append(oids, f.New.OID)
		}
	}
	contents, err := read(oids)
	if err != nil {
		return nil, err
	}
	all := &change{}
	old := map[string]*migration.Migration{}
	for _, f := range tree {
		m := readMigration(c, f.Path, contents[f.OID])
		old[f.Path] = m
		all.history = append(all.history, m)
	}
	plans, err := sides.recognise(all.history, read)
	if err != nil {
		return nil, err
	}
	for i, m := range all.history {
		all.history[i] = past(c, m)
	}
	for _, f := range changes {
		all.files = append(all.files, changedFile(c, f, old, contents))
	}
	keepFormat(all, plans)
	if all.baseline, all.warning, err = sides.baseline(c, read); err != nil {
		return nil, err
	}
	return all, sides.complete(all, read)
}

// readBlobs reads blobs by their names.
func readBlobs(ctx context.Context, r *git.Repository, oids []string) (map[string][]byte, error) {
	slices.Sort(oids)
	contents := map[string][]byte{}
	err := r.Blobs(ctx, slices.Compact(oids), func(oid string, data []byte) error {
		contents[oid] = data
		return nil
	})
	return contents, err
}

// notPast returns a function that reports whether a commit's file is no history of
// the changes: whether it is neither reviewed itself nor, although the config
// leaves it out, beside a change.
func notPast(c config.Config, changes []git.Change) func(git.TreeFile) bool {
	near := map[string]bool{}
	set := func(name string) string { return readMigration(c, name, nil).Set }
	for _, f := range changes {
		near[set(f.Path)] = true
	}
	return func(f git.TreeFile) bool {
		beside := candidate(c, f.Path) && near[set(f.Path)]
		return !isText(f.Mode) || !wanted(c, f.Path) && !beside
	}
}

func isText(mode string) bool { return mode == git.Regular || mode == git.Executable }

// changedFile turns one change into what is reviewed.
func changedFile(c config.Config, f git.Change, old map[string]*migration.Migration, contents map[string][]byte) analyzer.ChangedFile {
	changed := analyzer.ChangedFile{Path: f.Path, Status: f.Status}
	if f.Status == git.Renamed {
		changed.OldPath = f.OldPath
	}
	if f.Status == git.TypeChanged || f.Status == "changed" { // as GitHub calls it
		changed.Status = git.Modified
	}
	switch {
	case f.Status == git.Removed || !wanted(c, f.Path):
		changed.Status = git.Removed
	case f.New.Mode == git.Symlink:
		changed.Unreadable = "it is a symbolic link, and what it points to is not part of the change"
	case !isText(f.New.Mode):
		changed.Unreadable = "it is a submodule, not a file"
	default:
		changed.Migration = readMigration(c, f.Path, contents[f.New.OID])
		changed.Base = earlier(changed.Migration, f.Path, f.OldPath, old)
	}
	return changed
}

// earlier returns the version of a file that has already run: its own, or the one
// it was renamed from if the migration tool takes both for one migration. Under
// another version number the tool runs it again, and what was for another database
// by its path has not run.
func earlier(m *migration.Migration, name, oldName string, old map[string]*migration.Migration) *migration.Migration {
	if base := old[name]; base != nil {
		return base
	}
	base := old[oldName]
	if base == nil || !m.SameDatabase(base) {
		return nil
	}
	same := len(m.Version.Numbers) > 0 && slices.Equal(m.Version.Numbers, base.Version.Numbers)
	if same || path.Base(name) == path.Base(oldName) && len(m.Version.Numbers) == 0 {
		return base
	}
	return nil
}

// settled returns the migration as the formats around it on the base tell.
func settled(m *migration.Migration, formats map[string]map[string]bool) *migration.Migration {
	s := migration.Settle(m, formats)
	if s != m {
		s.Why = "its folder on the base is not run with " + m.Format
	}
	return s
}

// keepFormat reads changed files by the format that their folder has on the base:
// a change must not hide its SQL behind the directives, or the names, of a tool
// that the folder is not run with. Plans are those that may say which tool that is.
func keepFormat(all *change, plans []*source.File) {
	for _, f := range all.files {
		if f.Migration != nil {
			migration.Recognise(plans, []*migration.Migration{f.Migration})
		}
	}
	past, changed := map[string][]*migration.Migration{}, map[string][]*migration.Migration{}
	formats := map[string]map[string]bool{}
	for _, m := range all.history {
		past[m.Set] = append(past[m.Set], m)
		if formats[m.Set] == nil {
			formats[m.Set] = map[string]bool{}
		}
		formats[m.Set][m.Format] = true
	}
	for _, f := range all.files {
		if f.Migration != nil {
			changed[f.Migration.Set] = append(changed[f.Migration.Set], f.Migration)
		}
	}
	for i, f := range all.files {
		if f.Migration != nil {
			m := migration.AsBeside(f.Migration, past[f.Migration.Set], changed[f.Migration.Set])
			all.files[i].Migration = settled(m, formats)
		}
	}
}
