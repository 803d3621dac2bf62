package analyzer

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A difference is what a migration does otherwise than it did.
type difference struct {
	removed, added []string // statements, cut to one line
	changed        []op.Rewrite
	at             source.Span // the first statement that is new
	guards         bool        // nothing else that makes a difference to what comes out
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
			if s.File == m.File && u.Span.Contains(s.Span) && counts(s) {
				p.all = append(p.all, s)
			}
		}
		parts = append(parts, p)
	}
	return parts
}

// counts reports whether a statement does something that stays.
func counts(s statement) bool {
	if s.undone || s.NotRun != "" || line(s) == "" {
		return false
	}
	return len(s.Ops) == 0 || slices.ContainsFunc(s.Ops, func(at op.At) bool {
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
	normal := func(s statement) string { return s.Normal }
	shape := func(s statement) string { return pgsql.Shape(s.File, s.Span) }
	was, is = without(was, is, normal), without(is, was, normal)
	was, is = without(was, is, shape), without(is, was, shape)
	if len(is) > 0 && d.at.Len() == 0 {
		d.at = is[0].Span
	}
	rest := slices.Clone(is)
	for _, s := range was {
		i := slices.IndexFunc(rest, func(other statement) bool { return subject(other) == subject(s) })
		if i < 0 {
			d.removed = append(d.removed, inLine(s))
			d.guards = d.guards && isSlight(s)
			continue
		}
		d.changed = append(d.changed, rewrite(s, rest[i]))
		d.guards = d.guards && (unguarded(s) == unguarded(rest[i]) || isSlight(s) && isSlight(rest[i]))
		rest = slices.Delete(rest, i, i+1)
	}
	for _, s := range rest {
		d.added = append(d.added, inLine(s))
		d.guards = d.guards && isSlight(s)
	}
}

// without returns the statements that the others do not have by a key, each as often
// as it is missing there.
func without(all, others []statement, key func(statement) string) []statement {
	count := map[string]int{}
	for _, s := range others {
		count[key(s)]++
	}
	var rest []statement
	for _, s := range all {
		if k := key(s); count[k] > 0 {
			count[k]--
			continue
		}
		rest = append(rest, s)
	}
	return rest
}

// guards are words that make no difference to what comes out.
var guards = strings.NewReplacer("if not exists ", "", "if exists ", "", "concurrently ", "")

func unguarded(s statement) string { return guards.Replace(s.Normal) }

// slight are the beginnings of statements that leave the schema as it is.
var slight = []string{"comment on ", "analyze", "vacuum", "set ", "reset ", "explain "}

// isSlight reports whether new and old databases come out the same without the
// statement, as far as anybody would notice.
func isSlight(s statement) bool {
	text := strings.ToLower(line(s))
	return len(s.Ops) == 0 && slices.ContainsFunc(slight, func(begin string) bool { return strings.HasPrefix(text, begin) })
}

// asides are words that say nothing of what a statement is about.
var asides = strings.NewReplacer("or replace ", "", "if not exists ", "", "if exists ", "", "concurrently ", "", "unique ", "", "only ", "")

// subject is what a statement is about: its first words, up to a parenthesis.
func subject(s statement) string {
	text, _, _ := strings.Cut(asides.Replace(strings.ToLower(line(s))), "(")
	words, most := strings.Fields(text), 3
	if strings.HasPrefix(text, "comment on ") {
		most = 4
	}
	return strings.Join(words[:min(len(words), most)], " ")
}

const (
	lineLimit = 70   // the most characters of a statement that are quoted in a sentence
	lineRead  = 2000 // how much of it is looked at
)

// line returns the beginning of a statement as one line.
func line(s statement) string { return pgsql.Line(s.File, s.Span, lineRead) }

// inLine returns a statement as one short line.
func inLine(s statement) string { return cut([]rune(line(s)), lineLimit) }

func cut(text []rune, limit int) string {
	if len(text) <= limit {
		return string(text)
	}
	return strings.TrimRight(string(text[:limit]), " ,(") + "…"
}

// rewrite returns two statements, of which one stands in place of the other, as
// short lines that show where they begin to differ: in more than case, if they do.
func rewrite(was, is statement) op.Rewrite {
	a, b := []rune(line(was)), []rune(line(is))
	r := around(a, b, func(x, y rune) bool { return unicode.ToLower(x) == unicode.ToLower(y) })
	if r.Was == r.Is {
		r = around(a, b, func(x, y rune) bool { return x == y })
	}
	return r
}

// around cuts two texts to what stands around their first difference.
func around(a, b []rune, equal func(x, y rune) bool) op.Rewrite {
	const head, before = 25, 15
	same := 0
	for same < min(len(a), len(b)) && equal(a[same], b[same]) {
		same++
	}
	short := func(text []rune) string {
		if max(len(a), len(b)) <= lineLimit || same < head+2*before {
			return cut(text, lineLimit)
		}
		from := same - before
		for from > same-2*before && text[from-1] != ' ' {
			from--
		}
		return strings.TrimRight(string(text[:head]), " ,(") + " … " + cut(text[from:], lineLimit-head)
	}
	return op.Rewrite{Was: short(a), Is: short(b)}
}
