// Package losstest is the yardstick of what counts as data loss: it runs a
// change on a real PostgreSQL, over tables that hold rows, and tells what is
// gone afterwards.
//
// The cases live in text archives, one a file, so that people can read and add
// them without Go:
//
//	Drops a table that an earlier migration created.
//	blocked: yes
//	rules: drop-table
//	-- history/0001_init.sql --
//	CREATE TABLE users (id int PRIMARY KEY);
//	-- change/0002_drop.sql --
//	DROP TABLE users;
//
// Three more keys may follow: "border" names the settled border that the verdict
// follows, "at" the lines of the findings that block, and "psql: yes" says that
// psql runs the files. Files in folders below history/ and change/ are then not
// run by themselves, they are there to be included.
package losstest

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// A File is a migration of a case.
type File struct {
	Name string // slash-separated, such as "change/0002_drop.sql"
	Data []byte
}

// Path returns where the file lies in the case's repository: what is in history/
// and change/ are one folder of migrations.
func (f File) Path() string { return "migrations/" + f.short() }

// short returns the name without the folder that says what it is.
func (f File) short() string {
	_, name, _ := strings.Cut(f.Name, "/")
	return name
}

// A Case is a change on top of a history, with the verdict that is expected of
// a review of it.
type Case struct {
	Name    string   // the archive's base name without its extension
	Title   string   // one sentence
	Blocked bool     // a review has to block the change
	Rules   []string // the IDs of the rules of its blocking findings, sorted; empty unless Blocked
	// Border names the settled border (see Borders) that the verdict follows.
	// It must be there when the verdict is not what executing the change shows.
	Border string
	// At is where the blocking findings begin, each line once: "0002_change.sql:5".
	// It is empty where the case does not say.
	At []string
	// Psql says that psql runs the files, from the folder above migrations/.
	Psql    bool
	History []File // has run already, in this order
	Change  []File // is under review as a whole, in this order
	// Included are files in folders below history/ and change/: nothing runs them
	// but psql's \i, and Path tells under what name.
	Included []File
	// Seed is SQL that puts rows into the history's tables. Tables that it
	// leaves alone get generated rows.
	Seed string
}

// Load reads the cases in the directory's .txtar files, ordered by name. It
// fails on a case that is not well formed.
func Load(dir string) ([]Case, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	slices.Sort(paths)
	cases := make([]Case, 0, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read case: %w", err)
		}
		c, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("read case %s: %w", filepath.Base(path), err)
		}
		c.Name = strings.TrimSuffix(filepath.Base(path), ".txtar")
		cases = append(cases, c)
	}
	return cases, nil
}

// parse reads one archive; the name is left to the caller.
func parse(data []byte) (Case, error) {
	archive := txtar.Parse(data)
	var c Case
	if err := c.readHeader(string(archive.Comment)); err != nil {
		return Case{}, err
	}
	for _, f := range archive.Files {
		file := File{Name: f.Name, Data: f.Data}
		switch {
		case strings.HasPrefix(f.Name, "history/") || strings.HasPrefix(f.Name, "change/"):
			c.add(file)
		case f.Name == "seed.sql":
			c.Seed = string(f.Data)
		default:
			return Case{}, fmt.Errorf("file %s is neither in history/ nor in change/ nor seed.sql", f.Name)
		}
	}
	byName := func(a, b File) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(c.History, byName)
	slices.SortFunc(c.Change, byName)
	slices.SortFunc(c.Included, byName)
	err := c.check()
	return c, err
}

// add puts a file of history/ or change/ where it belongs.
func (c *Case) add(f File) {
	switch {
	case strings.Contains(f.short(), "/"):
		c.Included = append(c.Included, f)
	case strings.HasPrefix(f.Name, "history/"):
		c.History = append(c.History, f)
	default:
		c.Change = append(c.Change, f)
	}
}

// readHeader reads the title and the keys below it.
func (c *Case) readHeader(text string) error {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	c.Title = strings.TrimSpace(lines[0])
	seen := map[string]bool{}
	for _, line := range lines[1:] {
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || value == "" {
			return fmt.Errorf("header line %q is not a key with a value", line)
		}
		if seen[key] {
			return fmt.Errorf("header has %s twice", key)
		}
		seen[key] = true
		if err := c.set(key, value); err != nil {
			return err
		}
	}
	if !seen["blocked"] {
		return fmt.Errorf("header does not say whether the change is blocked")
	}
	return nil
}

// set gives a key of the header its value.
func (c *Case) set(key, value string) (err error) {
	switch key {
	case "blocked":
		c.Blocked, err = truth(key, value)
	case "psql":
		c.Psql, err = truth(key, value)
	case "rules":
		c.Rules = words(value)
	case "at":
		c.At = words(value)
	case "border":
		c.Border = value
	default:
		return fmt.Errorf("header has an unknown key %q", key)
	}
	return err
}

func truth(key, value string) (bool, error) {
	if value != "yes" && value != "no" {
		return false, fmt.Errorf("%s is %q, not yes or no", key, value)
	}
	return value == "yes", nil
}

// words returns a list's items, sorted.
func words(list string) []string {
	found := strings.Fields(strings.ReplaceAll(list, ",", " "))
	slices.Sort(found)
	return found
}

// check refuses a case that could not mean anything.
func (c *Case) check() error {
	switch {
	case c.Title == "":
		return fmt.Errorf("no title")
	case len(c.Change) == 0:
		return fmt.Errorf("no file in change/")
	case c.Blocked && len(c.Rules) == 0:
		return fmt.Errorf("blocked, and no rule named that blocks it")
	case !c.Blocked && len(c.Rules) > 0:
		return fmt.Errorf("not blocked, and yet rules that block it: %s", strings.Join(c.Rules, ", "))
	case !c.Blocked && len(c.At) > 0:
		return fmt.Errorf("not blocked, and yet findings that block it at %s", strings.Join(c.At, ", "))
	case !c.Psql && len(c.Included) > 0:
		return fmt.Errorf("file %s is in a folder, and no psql includes it", c.Included[0].Name)
	}
	for _, at := range c.At {
		if !c.has(at) {
			return fmt.Errorf("no file in change/ has the line %q", at)
		}
	}
	return c.checkBorder()
}

// has reports whether a changed file has the line.
func (c *Case) has(at string) bool {
	name, number, _ := strings.Cut(at, ":")
	line, err := strconv.Atoi(number)
	if err != nil || line < 1 {
		return false
	}
	for _, f := range slices.Concat(c.Change, c.Included) {
		if f.Name == "change/"+name {
			return line <= strings.Count(string(f.Data), "\n")
		}
	}
	return false
}

func (c *Case) checkBorder() error {
	if c.Border == "" {
		return nil
	}
	border, ok := Borders[c.Border]
	if !ok {
		return fmt.Errorf("border %q is not one of the settled ones", c.Border)
	}
	if border.Verdict == Blocks && !c.Blocked || border.Verdict == Passes && c.Blocked {
		return fmt.Errorf("the verdict is on the wrong side of border %s: %s", c.Border, border.Case)
	}
	return nil
}
