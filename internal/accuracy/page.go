package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// writePage writes the page of all results that are kept. It fails where a
// disagreement has no explanation, after the page is written.
func writePage(name, results string, known catalogue) error {
	all, err := kept(results)
	if err != nil {
		return err
	}
	for _, project := range known {
		if f := all[project.Name]; f != nil {
			f.mark(project)
		}
	}
	var p page
	p.say("%s", opening)
	p.table(known, all)
	p.say("\n%s", middle)
	for _, project := range known {
		if f := all[project.Name]; f != nil {
			p.project(project, f)
		}
	}
	if err := os.WriteFile(name, []byte(p.text.String()), 0o644); err != nil {
		return err
	}
	if len(p.open) > 0 {
		return errors.New("not explained:\n" + strings.Join(p.open, "\n"))
	}
	return nil
}

const opening = `# Accuracy on public projects

dropgate's verdicts, held against what PostgreSQL does. For each migration of a project: all earlier ones run on an
empty database, every table gets rows, the migration runs, and what was there before is compared with what is there
after, by object and by value. A table that is gone, a column with values that is gone, rows fewer than before, values
overwritten: lost. dropgate reviews the same migration with the earlier ones as history, and blocks from a score of 60.

This page is written by a program. To run it, check the projects out by the commits below, each in a folder of the
name that the table gives it:

` + "```sh" + `
git init lemmy && cd lemmy
git fetch --depth 1 https://github.com/LemmyNet/lemmy 439734dd638a2c06a2f907beab7dcf4646e88f86
git checkout FETCH_HEAD && cd ..
go run ./internal/accuracy -results results -page docs/accuracy.md lemmy …
` + "```" + `

It needs PostgreSQL installed (initdb and postgres, not a running server). What else a project needs, and which of its
files its own tool does not run on PostgreSQL, is in ` + "`internal/accuracy/projects.yml`" + `.

`

const middle = `- **Compared**: migrations that ran over rows. The six columns after it divide them.
- **Recall**: the share of those that lose something that is blocked, or told below 60; strictly, the share that is
  blocked. What is told below 60 is a [settled border](scoring.md): values overwritten under a condition on the row's own
  columns, rows picked by a constant key. The report names it, and it does not block.
- **Precision**: the share of the blocked ones that lose something, or may: those blocked only for rows that a
  condition picks (a delete, an update through a join), and it picked none of the rows tried; strictly, the share that lost
  something here.
- **Refused**: PostgreSQL refuses the migration over any rows that were tried, or it ran only with the table
  empty in which dropgate says that something is lost. It cannot be compared then.
- **Not run**: PostgreSQL refuses it over empty tables as well; the reason is given below.

The rows: four or more in each table, one of them with NULL wherever it may be, with the constants that the
migration's conditions compare with; where the migration looks at rows, also rows that are double and rows that nothing
refers to. Every disagreement is explained one by one.

`

// A page is being written.
type page struct {
	text strings.Builder
	open []string // disagreements without an explanation
}

func (p *page) say(format string, args ...any) { _, _ = fmt.Fprintf(&p.text, format, args...) }

// table writes a row for each project.
func (p *page) table(known catalogue, all map[string]*findings) {
	p.say("| project | commit | format | PostgreSQL, date | migrations | compared | lost, blocked | neither | blocked by a condition, none lost | blocked, nothing lost | lost, told below 60 | lost, not told | recall (strict) | precision (strict) | refused | not run |\n")
	p.say("|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	sum := map[class]int{}
	for _, one := range known {
		f := all[one.Name]
		if f == nil {
			continue
		}
		n := f.count()
		for c, more := range n {
			sum[c] += more
		}
		p.row(fmt.Sprintf("[%s](https://github.com/%s/tree/%s/%s) | %.7s | %s | %s, %s",
			one.Name, one.Repository, one.Commit, one.Folder, one.Commit, strings.Join(f.Formats, ", "), f.Version, f.Date), n)
	}
	p.row("all | | | ", sum)
}

func (p *page) row(head string, n map[class]int) {
	compared := n[rightlyBlocked] + n[rightlyPassed] + n[byCondition] + n[wronglyBlocked] + n[belowThreshold] + n[missed]
	p.say("| %s | %d | %d | %d | %d | %d | %d | %d | %d | %s (%s) | %s (%s) | %d | %d |\n", head, compared+n[refusedRows]+n[didNotRun], compared,
		n[rightlyBlocked], n[rightlyPassed], n[byCondition], n[wronglyBlocked], n[belowThreshold], n[missed],
		recall(n), strictRecall(n), precision(n), strictPrecision(n), n[refusedRows], n[didNotRun])
}

// project writes what does not agree in one project.
func (p *page) project(known project, f *findings) {
	p.say("## %s\n", known.Name)
	before := p.text.Len()
	for _, group := range []struct {
		class class
		title string
		tell  func(project, outcome)
	}{
		{missed, "Lost, not told", p.missed},
		{wronglyBlocked, "Blocked, nothing lost", p.blocked},
		{byCondition, "Blocked by a condition on rows, none lost", p.picked},
		{belowThreshold, "Lost, told below 60", p.below},
		{refusedRows, "Refused over the rows", p.refused},
		{didNotRun, "Not run", p.failed},
	} {
		title := fmt.Sprintf("\n%s:\n\n", group.title)
		for _, o := range f.Outcomes {
			if o.class() == group.class {
				p.say("%s", title)
				title = ""
				group.tell(known, o)
			}
		}
	}
	if p.text.Len() == before {
		p.say("\nEverything agrees.\n")
	}
	p.say("\n")
}

// note returns what projects.yml says of a migration.
func (p project) note(o outcome) string { return strings.TrimSpace(p.Notes[p.inside(o)]) }

// inside returns a migration's path in the project's folder.
func (p project) inside(o outcome) string {
	return strings.TrimPrefix(o.Path, path.Clean(p.Folder)+"/")
}

// name is how a migration is called: its path in the project's folder.
func name(known project, o outcome) string {
	return "`" + known.inside(o) + "`"
}

// note returns the explanation of a disagreement.
func (p *page) note(known project, o outcome) string {
	note := known.note(o)
	if note == "" {
		p.open = append(p.open, known.Name+": "+o.Path)
		return "not explained"
	}
	return note
}

func (p *page) missed(known project, o outcome) {
	p.say("- %s: %s. %s\n", name(known, o), strings.Join(texts(o.Lost), "; "), p.note(known, o))
}

func (p *page) blocked(known project, o outcome) {
	p.say("- %s: %s. %s\n", name(known, o), rulesOf(o.Blocking), p.note(known, o))
}

func (p *page) picked(known project, o outcome) {
	var why []string
	for _, f := range o.Blocking {
		if !slices.Contains(why, f.Why) {
			why = append(why, f.Why)
		}
	}
	p.say("- %s: %s: %s.", name(known, o), rulesOf(o.Blocking), strings.Join(why, "; "))
	if note := known.note(o); note != "" {
		p.say(" %s", note)
	}
	p.say("\n")
}

func (p *page) below(known project, o outcome) {
	why := map[string]bool{}
	var list []string
	for _, f := range o.Told {
		if !why[f.Why] && ofLost(f, o) {
			why[f.Why] = true
			list = append(list, fmt.Sprintf("%s %d, %s", f.Rule, f.Score, f.Why))
		}
	}
	p.say("- %s: %s. %s\n", name(known, o), strings.Join(texts(o.Lost), "; "), strings.Join(list, "; "))
}

// ofLost reports whether the finding is about something that was lost.
func ofLost(f finding, o outcome) bool {
	for _, l := range o.Lost {
		if l.told([]finding{f}) {
			return true
		}
	}
	return false
}

func (p *page) refused(known project, o outcome) {
	if o.Refused != "" {
		p.say("- %s: %s", name(known, o), oneLine(o.Refused))
	} else {
		p.say("- %s: runs with %s empty only", name(known, o), strings.Join(o.Without, ", "))
	}
	if len(o.Blocking) > 0 {
		p.say("; blocked by %s", rulesOf(o.Blocking))
	}
	p.say("\n")
}

func (p *page) failed(known project, o outcome) {
	why := ""
	for start, text := range known.Failures {
		if strings.HasPrefix(o.Failed, start) {
			why = " " + strings.TrimSpace(text)
		}
	}
	if own := known.note(o); own != "" {
		why = " " + own
	}
	if why == "" {
		p.open = append(p.open, known.Name+": "+o.Path+": "+oneLine(o.Failed))
	}
	p.say("- %s: %s.%s\n", name(known, o), oneLine(o.Failed), why)
}

// rulesOf names the rules of findings with their lines.
func rulesOf(all []finding) string {
	const most = 4
	var list []string
	for i, f := range all {
		if i == most {
			list = append(list, fmt.Sprintf("and %d more", len(all)-most))
			break
		}
		list = append(list, fmt.Sprintf("%s %d in line %d", f.Rule, f.Score, f.Line))
	}
	return strings.Join(list, ", ")
}

// oneLine returns the beginning of PostgreSQL's error.
func oneLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.NewReplacer("|", "\\|", "<", "\\<", "*", "\\*", "_", "\\_").Replace(line)
}
