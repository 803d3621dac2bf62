package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/internal/report"
)

// toStdout is the file's name that stands for standard output.
const toStdout = "-"

// A target is a report that the call asks for.
type target struct {
	format string
	file   string // or toStdout
}

// targets are the values of --format, each FORMAT or FORMAT=FILE. They implement
// [github.com/spf13/pflag.Value].
type targets []target

// Set adds one; [checkFlags.validateReports] says what is wrong with it.
func (t *targets) Set(value string) error {
	format, file, named := strings.Cut(value, "=")
	if !named {
		file = toStdout
	}
	*t = append(*t, target{format, file})
	return nil
}

// String returns what is in force.
func (t *targets) String() string {
	if len(*t) == 0 {
		return "text"
	}
	var all []string
	for _, one := range *t {
		all = append(all, one.format+"="+one.file)
	}
	return strings.Join(all, " ")
}

// Type says what kind of a value it is.
func (t *targets) Type() string { return "FORMAT[=FILE]" }

// reports are the reports to write, with --output taken into account.
func (f checkFlags) reports() targets {
	if len(f.formats) == 0 {
		f.formats = targets{{"text", toStdout}}
	}
	if f.output != "" {
		return targets{{f.formats[0].format, f.output}}
	}
	return f.formats
}

// validateReports checks each report that is asked for, and that no two get in one
// another's way.
func (f checkFlags) validateReports() error {
	for _, t := range f.formats {
		switch {
		case report.Formats[t.format] == nil:
			return fmt.Errorf("there is no format %q: choose one of %s", t.format, strings.Join(formats(), ", "))
		case t.file == "":
			return fmt.Errorf("--format %s= names no file: write %[1]s=FILE, or %[1]s alone for standard output", t.format)
		}
	}
	switch {
	case f.output != "" && len(f.formats) > 1:
		return errors.New("--output takes one report, and there are several: name the file of each, as in --format sarif=FILE")
	case f.output != "" && len(f.formats) == 1 && f.formats[0].file != toStdout:
		return fmt.Errorf("--format names a file, %s, and --output another: leave one out", f.formats[0].file)
	}
	for i, t := range f.formats {
		for _, before := range f.formats[:i] {
			switch {
			case t.file == toStdout && before.file == toStdout:
				return fmt.Errorf("%s and %s both go to standard output: name a file for one, as in --format %s=FILE", before.format, t.format, t.format)
			case t.file != toStdout && before.file != toStdout && sameFile(before.file, t.file):
				return fmt.Errorf("%s and %s both go to %s: name two files", before.format, t.format, t.file)
			}
		}
	}
	return nil
}

// sameFile reports whether two names are those of one file, there or to be made. A
// link is a file of its own: a report takes its place.
func sameFile(a, b string) bool {
	x, errX := os.Lstat(a)
	y, errY := os.Lstat(b)
	return truePath(a) == truePath(b) || errX == nil && errY == nil && os.SameFile(x, y)
}

// truePath returns a file's name with the links among its folders followed.
func truePath(name string) string {
	if full, err := filepath.Abs(name); err == nil {
		name = full
	}
	folder, base := filepath.Split(name)
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	return filepath.Join(folder, base)
}

// write renders every report whole before anything is written of one. The files
// come first: who reads the report on standard output finds them in their places.
func (a *app) write(f checkFlags, r *report.Review) error {
	var files []output
	var printed []byte
	for _, t := range f.reports() {
		mine := *r
		mine.Color = a.color(f, t)
		var b bytes.Buffer
		if err := report.Formats[t.format](&b, &mine); err != nil {
			return fmt.Errorf("render the report: %w", err)
		}
		if t.file == toStdout {
			// A workflow's log takes commands from what a file's name or text says.
			printed = report.Printable(t.format, b.Bytes())
		} else {
			files = append(files, output{t.file, b.Bytes()})
		}
	}
	if err := writeOutputs(files); err != nil {
		return err
	}
	if _, err := a.out.Write(printed); err != nil {
		return fmt.Errorf("write the report: %w", cause(err))
	}
	return nil
}

// An output is a file to write.
type output struct {
	name string
	data []byte
}

// writeFile writes a file whole or not at all.
func writeFile(name string, data []byte) error { return writeOutputs([]output{{name, data}}) }

// writeOutputs writes files, each whole or not at all. None is put in its place
// before all of them are written, so that one that cannot be leaves the others as
// they were.
func writeOutputs(files []output) error {
	return publishAll(files, newDraft)
}

// publishAll drafts files, and puts them in their places.
func publishAll(files []output, newDraft func(output) (*draft, error)) error {
	var drafts []*draft
	defer func() {
		for _, d := range drafts {
			d.discard()
		}
	}()
	for _, f := range files {
		d, err := newDraft(f)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.name, cause(err))
		}
		drafts = append(drafts, d)
	}
	// Pipes and devices first: they may refuse, a rename hardly does.
	slices.SortStableFunc(drafts, func(a, b *draft) int { return len(a.temporary) - len(b.temporary) })
	for _, d := range drafts {
		if err := d.publish(); err != nil {
			return fmt.Errorf("write %s: %w", d.name, cause(err))
		}
	}
	return nil
}

// A draft is a file that is written, and not yet in its place.
type draft struct {
	output
	folder    *os.Root
	temporary string // its name in the folder until then; empty for what is no file
}

// newDraft writes a file next to its place. A pipe or /dev/stdout is written to in
// the end instead: it must not be replaced by a file.
func newDraft(f output) (*draft, error) {
	info, err := os.Stat(f.name)
	switch {
	case err == nil && info.IsDir() || os.IsPathSeparator(f.name[len(f.name)-1]):
		return nil, errors.New("it is a folder")
	case err == nil && !info.Mode().IsRegular(), strings.HasPrefix(f.name, "/dev/"):
		return &draft{output: f}, nil
	}
	name := filepath.Dir(f.name)
	folder, err := os.OpenRoot(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s: make it first", name)
	}
	if err != nil {
		return nil, err
	}
	return draftIn(folder, f)
}

// draftIn writes a file into the folder that it is for, with the permissions of the
// file that it takes the place of. The folder is the draft's to close.
func draftIn(folder *os.Root, f output) (*draft, error) {
	d := &draft{output: f, folder: folder, temporary: ".dropgate-" + rand.Text()}
	if err := d.write(); err != nil {
		d.discard()
		return nil, err
	}
	return d, nil
}

func (d *draft) write() error {
	old, err := d.folder.Lstat(filepath.Base(d.name))
	if err == nil && old.IsDir() {
		return errors.New("it is a folder")
	}
	file, err := d.folder.OpenFile(d.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(d.data)
	if err == nil && old != nil && old.Mode().IsRegular() {
		err = file.Chmod(old.Mode().Perm())
	}
	return errors.Join(err, file.Close())
}

// publish puts the file in its place. A link there is replaced, not followed: the
// folder may be a checkout of somebody else's.
func (d *draft) publish() error {
	if d.temporary == "" {
		return os.WriteFile(d.name, d.data, 0o644)
	}
	return d.folder.Rename(d.temporary, filepath.Base(d.name))
}

// discard takes away what is not in its place.
func (d *draft) discard() {
	if d.folder != nil {
		_ = d.folder.Remove(d.temporary)
		_ = d.folder.Close()
	}
}
