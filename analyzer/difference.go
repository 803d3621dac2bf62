package analyzer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A difference is what a migration does otherwise than it did.
type difference struct {
	removed, added []string // statements, cut to one line
	changed        []op.Rewrite
	at             source.Span // the first statement that is new
	guards         bool        // nothing but IF EXISTS, IF NOT EXISTS and CONCURRENTLY
	left           int         // how many statements it has now
}

func (d difference) any() bool { return len(d.removed)+len(d.added)+len(d.changed) > 0 }

// emptied reports whether a migration does nothing any more.
func (f fate) emptied() bool { return f.left == 0 && f.any() }

// A part is the statements of one unit of a file.
type part struct {
	migration.Unit
	all []statement
}

// parts returns what a migration does, by the parts that its tool knows.
func (r *review) parts(m *migration.Migration) []part {
	var parts []part
	for _, u := range m.Units() {
		p := part{Unit: u}
		for _, s := range r.readings[m].up {
			if s.File == m.File && u.Span.Contains(s.Span) && !s.undone && s.NotRun == "" && !onlyTransaction(s) {
				p.all = append(p.all, s)
			}
		}
		parts = append(parts, p)
	}
	return parts
}

func onlyTransaction(s statement) bool {
	return len(s.Ops) > 0 && !slices.ContainsFunc(s.Ops, func(at op.At) bool {
		_, is := at.Op.(*op.Transaction)
		return !is
	})
}

// did returns what a migration does once, a statement each, cut to one line.
func (r *review) did(m *migration.Migration) []string {
	var all []string
	for _, p := range r.parts(m) {
		if !p.Again {
			for _, s := range p.all {
				all = append(all, inLine(s))
			}
		}
	}
	return all
}

// compareText tells two versions of a migration apart. Parts that only the later
// one has are new, and no edit.
func (r *review) compareText(was, now *migration.Migration) difference {
	later := map[string]part{}
	d := difference{guards: true}
	for _, p := range r.parts(now) {
		later[p.Key] = p
		d.left += len(p.all)
	}
	for _, p := range r.parts(was) {
		if other := later[p.Key]; !p.Again && !other.Again {
			d.compare(p.all, other.all)
		}
	}
	return d
}

// compare adds what one list of statements has and the other has not. Statements
// that begin alike stand for each other.
func (d *difference) compare(was, is []statement) {
	was, is = without(was, is), without(is, was)
	if len(is) > 0 && d.at.Len() == 0 {
		d.at = is[0].Span
	}
	rest := slices.Clone(is)
	for _, s := range was {
		i := slices.IndexFunc(rest, func(other statement) bool { return subject(other) == subject(s) })
		if i < 0 {
			d.removed, d.guards = append(d.removed, inLine(s)), false
			continue
		}
		d.changed = append(d.changed, op.Rewrite{Was: inLine(s), Is: inLine(rest[i])})
		d.guards = d.guards && unguarded(s) == unguarded(rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	for _, s := range rest {
		d.added, d.guards = append(d.added, inLine(s)), false
	}
}

// without returns the statements that the others do not have, each as often as it
// is missing there.
func without(all, others []statement) []statement {
	count := map[string]int{}
	for _, s := range others {
		count[s.Normal]++
	}
	var rest []statement
	for _, s := range all {
		if count[s.Normal] > 0 {
			count[s.Normal]--
			continue
		}
		rest = append(rest, s)
	}
	return rest
}

// guards are words that make no difference to what comes out.
var guards = strings.NewReplacer(" if not exists ", " ", " if exists ", " ", " concurrently ", " ")

func unguarded(s statement) string { return guards.Replace(s.Normal) }

// subject is what a statement is about: its first words.
func subject(s statement) string {
	words := strings.SplitN(unguarded(s), " ", 6)
	return strings.Join(words[:min(len(words), 3)], " ")
}

// lineLimit is the most characters of a statement that are quoted in a sentence.
const lineLimit = 60

// inLine returns a statement as one line.
func inLine(s statement) string {
	data := s.File.Data[s.Span.Start:s.Span.End]
	line := strings.TrimRight(strings.Join(strings.Fields(string(data[:min(len(data), 8*lineLimit)])), " "), ";")
	line = strings.ToValidUTF8(line, "�")
	if utf8.RuneCountInString(line) <= lineLimit {
		return line
	}
	return strings.TrimRight(string([]rune(line)[:lineLimit]), " ,(") + "…"
}
