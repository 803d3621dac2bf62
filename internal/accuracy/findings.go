package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An outcome is what is known of one migration.
type outcome struct {
	Path     string    `json:"path"`
	Blocking []finding `json:"blocking"`
	Told     []finding `json:"told"` // what does not block
	Lost     []loss    `json:"lost"`
	Refused  string    `json:"refused"` // PostgreSQL's error over all kinds of rows, though not over empty tables
	Failed   string    `json:"failed"`  // PostgreSQL's error over empty tables
	Without  []string  `json:"without"` // tables that had to be empty for it to run
	Empty    []string  `json:"empty"`   // tables that no row could be put into, and why
	// Alarm says that people found nothing that the migration could lose.
	Alarm bool `json:"-"`
}

// A loss is one of losstest's.
type loss struct {
	Kind   string `json:"kind"`
	Object string `json:"object"`
	Count  int    `json:"count"`
}

func (l loss) String() string { return fmt.Sprintf("%s: %s (%d)", l.Kind, l.Object, l.Count) }

// told reports whether a finding that does not block names the lost object or its
// table.
func (l loss) told(by []finding) bool {
	return slices.ContainsFunc(by, func(f finding) bool {
		object := strings.TrimPrefix(f.Object, "public.")
		lost := strings.TrimPrefix(l.Object, "public.")
		return lost == object || strings.HasPrefix(lost, object+".") || strings.HasPrefix(object, lost+".")
	})
}

// picksRows has the rules of what loses those rows only that a condition picks.
var picksRows = map[string]bool{"delete-rows": true, "update-rows": true, "merge-rows": true}

// A class is how verdict and execution go together.
type class string

// The classes.
const (
	rightlyBlocked class = "lost and blocked"
	rightlyPassed  class = "neither lost nor blocked"
	wronglyBlocked class = "blocked, nothing lost"
	byCondition    class = "blocked by a condition on rows, none lost"
	belowThreshold class = "lost, told below the threshold"
	missed         class = "lost, not told"
	refusedRows    class = "refused over the rows"
	didNotRun      class = "could not be run"
)

func (o outcome) class() class {
	lost, blocked := len(o.Lost) > 0, len(o.Blocking) > 0
	switch {
	case o.Failed != "":
		return didNotRun
	case o.Refused != "":
		return refusedRows
	case blocked && !lost && len(o.Without) > 0:
		return refusedRows // what it loses may be in the tables that were empty
	case lost && blocked:
		return rightlyBlocked
	case lost && !slices.ContainsFunc(o.Lost, func(l loss) bool { return !l.told(o.Told) }):
		return belowThreshold
	case lost:
		return missed
	case blocked && !o.Alarm && !slices.ContainsFunc(o.Blocking, func(f finding) bool { return !picksRows[f.Rule] }):
		return byCondition
	case blocked:
		return wronglyBlocked
	}
	return rightlyPassed
}

// Findings are what is known of a project.
type findings struct {
	Project  string    `json:"project"`
	Date     string    `json:"date"`
	Version  string    `json:"postgresql"`
	Formats  []string  `json:"formats"`
	Outcomes []outcome `json:"outcomes"`
}

func (f *findings) add(o outcome, format string) {
	f.Outcomes = append(f.Outcomes, o)
	if !slices.Contains(f.Formats, format) {
		f.Formats = append(f.Formats, format)
		slices.Sort(f.Formats)
	}
}

// mark notes which migrations people have judged.
func (f *findings) mark(p project) {
	for i, o := range f.Outcomes {
		f.Outcomes[i].Alarm = slices.Contains(p.Alarms, p.inside(o))
	}
}

// count returns how many outcomes are of each class.
func (f *findings) count() map[class]int {
	n := map[class]int{}
	for _, o := range f.Outcomes {
		n[o.class()]++
	}
	return n
}

// keep writes the findings into the folder, if one is named.
func (f *findings) keep(folder string) error {
	if folder == "" {
		return nil
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, f.Project+".json"), append(data, '\n'), 0o644)
}

// kept reads the findings that a folder has, by project.
func kept(folder string) (map[string]*findings, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	all := map[string]*findings{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f := &findings{}
		if err := json.Unmarshal(data, f); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		all[f.Project] = f
	}
	return all, nil
}

// list writes what was found, what does not agree one by one.
func (f *findings) list(w io.Writer, p project, verbose bool) {
	f.mark(p)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	n := f.count()
	say("%s: %d migrations; recall %s (strictly %s), precision %s (strictly %s)\n",
		f.Project, len(f.Outcomes), recall(n), strictRecall(n), precision(n), strictPrecision(n))
	for _, c := range []class{rightlyBlocked, rightlyPassed, wronglyBlocked, byCondition, missed, belowThreshold, refusedRows, didNotRun} {
		say("  %4d %s\n", n[c], c)
	}
	for _, o := range f.Outcomes {
		c := o.class()
		if !verbose && (c == rightlyBlocked || c == rightlyPassed) {
			continue
		}
		say("%s: %s\n", o.Path, c)
		for _, group := range []struct {
			word string
			all  []string
		}{{"blocking", texts(o.Blocking)}, {"told", texts(o.Told)}, {"lost", texts(o.Lost)}, {"refused", []string{o.Refused}}, {"failed", []string{o.Failed}}, {"left empty", o.Without}, {"not filled", o.Empty}, {"note", []string{p.note(o)}}} {
			for _, text := range group.all {
				if text != "" {
					say("    %s: %s\n", group.word, strings.ReplaceAll(text, "\n", " "))
				}
			}
		}
	}
}

// texts returns things in a line each.
func texts[T fmt.Stringer](all []T) []string {
	var lines []string
	for _, one := range all {
		lines = append(lines, one.String())
	}
	return lines
}

// recall is how many of the losses are blocked, or told where that is enough.
func recall(n map[class]int) string {
	right := n[rightlyBlocked] + n[belowThreshold]
	return percent(right, right+n[missed])
}

// strictRecall is how many of the losses are blocked.
func strictRecall(n map[class]int) string {
	return percent(n[rightlyBlocked], n[rightlyBlocked]+n[belowThreshold]+n[missed])
}

// precision is how many of the blocked migrations lose something, or may, by a
// settled border.
func precision(n map[class]int) string {
	right := n[rightlyBlocked] + n[byCondition]
	return percent(right, right+n[wronglyBlocked])
}

// strictPrecision is how many of the blocked migrations lose something of these rows.
func strictPrecision(n map[class]int) string {
	return percent(n[rightlyBlocked], n[rightlyBlocked]+n[byCondition]+n[wronglyBlocked])
}

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
