package migration

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"github.com/dropgate/dropgate/analyzer/source"
)

// liquibaseOpening goes by the first line that is not blank, as Liquibase does.
func liquibaseOpening(f *source.File) opening {
	for at := f.All().Start; at < len(f.Data); {
		l := liquibaseLine(f.Data, at)
		if !javaBlank(l.text) {
			if liquibaseHeader.Match(l.text) {
				return opensUp
			}
			return opensNothing
		}
		at = l.next
	}
	return opensNothing
}

func isLiquibase(f *source.File) bool { return writtenFor(f, "liquibase") }

// liquibaseLine reads a line as Liquibase does: a lone carriage return ends one.
func liquibaseLine(data []byte, at int) line {
	end, next := len(data), len(data)
	if i := bytes.IndexAny(data[at:], "\r\n"); i >= 0 {
		end = at + i
		next = end + 1
		if bytes.HasPrefix(data[end:], []byte("\r\n")) {
			next++
		}
	}
	return line{source.Span{Start: at, End: end}, data[at:end], next}
}

// A liquibaseReader goes through a formatted SQL file line by line as Liquibase
// does. It gathers the lines of a changeset, of which Liquibase makes one text.
type liquibaseReader struct {
	m       *Migration
	at      int // the next line
	start   int // of the changeset's text
	begun   bool
	set     changeset
	kept    []line        // the changeset's lines that Liquibase keeps
	dropped []source.Span // its lines that Liquibase takes for directives
	apart   []apart       // what stands in the middle of it and is no part of it
	back    []source.Span // what its rollback lines say
}

// An apart is a section that is cut out of a changeset, with the lines that it
// stands in.
type apart struct {
	section Section
	lines   source.Span
}

// markLiquibase marks the changesets. Without the header, Liquibase runs the file
// as plain SQL.
func markLiquibase(m *Migration) {
	all := m.File.All()
	if liquibaseOpening(m.File) == opensNothing {
		m.whole(Up)
		return
	}
	r := liquibaseReader{m: m, at: all.Start, start: all.Start}
	for {
		l, ok := r.next()
		if !ok {
			break
		}
		if refused := r.line(l); refused != "" {
			r.refuse(l, refused)
			return
		}
	}
	r.finish(all.End, true)
}

func (r *liquibaseReader) next() (l line, ok bool) {
	if r.at >= len(r.m.File.Data) {
		return line{}, false
	}
	l = liquibaseLine(r.m.File.Data, r.at)
	r.at = l.next
	return l, true
}

// line follows a line and returns why Liquibase refuses it, if it does.
func (r *liquibaseReader) line(l line) (refused string) {
	d := liquibaseDirective(l.text)
	switch {
	case d.kind == liquibaseRefused:
		return d.argument
	case d.kind == liquibaseIgnoreOneDash:
		return refusedIgnore
	case d.kind == liquibaseProperty:
		r.drop(l)
		if !plainProperty(l.text) {
			r.m.problem(l.span, "Liquibase puts this value into the SQL, where it may be more than a name")
		}
	case d.kind == liquibaseIgnoreLines:
		return r.ignore(l, d.argument)
	case d.kind == liquibaseChangeset:
		return r.changeset(l)
	case d.kind == liquibaseInclude:
		r.drop(l)
		r.m.problem(l.span, "Liquibase brings in another file here, which is not read with this one")
	case r.begun:
		return r.inside(l, d)
	case d.kind == liquibaseComment:
		return "a comment for a changeset stands before the first one"
	default:
		r.kept = append(r.kept, l)
	}
	return ""
}

// inside follows a line of a changeset.
func (r *liquibaseReader) inside(l line, d directive) (refused string) {
	argument := source.Span{Start: l.span.End - len(d.argument), End: l.span.End}
	switch d.kind {
	case liquibaseRefusedInside:
		return d.argument
	case liquibaseComment, liquibaseSetting:
		r.drop(l)
	case liquibaseRollback:
		r.drop(l)
		r.back = append(r.back, argument)
	case liquibaseRollbackBlock:
		return r.rollbackBlock(l)
	case liquibaseCheck: // a query that runs, whatever it asks for
		r.apart = append(r.apart, apart{Section{Span: argument, Direction: Up}, l.span})
	default:
		r.kept = append(r.kept, l)
	}
	return ""
}

func (r *liquibaseReader) drop(l line) { r.dropped = append(r.dropped, l.span) }

// ignore follows the lines that Liquibase passes over: a number of them, or those
// up to an end.
func (r *liquibaseReader) ignore(l line, argument string) (refused string) {
	if argument == "start" {
		return r.ignoreToEnd(l)
	}
	count, err := strconv.ParseInt(argument, 10, 64)
	if err != nil {
		return refusedIgnore
	}
	for ; count > 0; count-- {
		if _, ok := r.next(); !ok {
			break
		}
	}
	r.leftOut(source.Span{Start: l.next, End: r.at}, source.Span{Start: l.span.Start, End: r.at})
	return ""
}

func (r *liquibaseReader) ignoreToEnd(l line) (refused string) {
	end, next := len(r.m.File.Data), len(r.m.File.Data)
	for {
		inner, ok := r.next()
		if !ok {
			break
		}
		d := liquibaseDirective(inner.text)
		if d.kind == liquibaseIgnoreOneDash {
			return refusedIgnore
		}
		if d.kind == liquibaseIgnoreLines && d.argument == "end" {
			end, next = inner.span.Start, inner.span.End
			break
		}
	}
	r.leftOut(source.Span{Start: l.next, End: end}, source.Span{Start: l.span.Start, End: next})
	return ""
}

// leftOut notes text in the middle of a changeset that does not run going up.
func (r *liquibaseReader) leftOut(text, lines source.Span) {
	r.apart = append(r.apart, apart{Section{Span: text, Direction: Down}, lines})
}

// rollbackBlock follows a comment that holds the way back, to the first line that
// ends as a comment does.
func (r *liquibaseReader) rollbackBlock(l line) (refused string) {
	for {
		inner, ok := r.next()
		if !ok {
			return "the rollback comment is not closed"
		}
		text := bytes.TrimRight(inner.text, " \t\v\f")
		if bytes.HasSuffix(text, []byte("*/")) && !javaLineEnd.Match(text) {
			end := inner.span.Start + len(text)
			r.leftOut(source.Span{Start: l.next, End: end - len("*/")}, source.Span{Start: l.span.Start, End: end})
			return ""
		}
	}
}

// changeset begins a changeset, and ends the one before.
func (r *liquibaseReader) changeset(l line) (refused string) {
	if r.begun && !slices.ContainsFunc(r.kept, func(k line) bool { return !javaBlank(k.text) }) {
		return "the changeset before has no SQL"
	}
	set, refused := readChangeset(l.text)
	if refused != "" {
		return refused
	}
	r.finish(l.span.Start, false)
	*r = liquibaseReader{m: r.m, at: r.at, start: l.next, begun: true, set: set}
	if set.unclear != "" {
		r.m.problem(l.span, set.unclear)
	}
	return ""
}

// refuse reports where Liquibase stops. Nothing of the file runs; of the changeset
// that holds the line and what follows, nothing is believed to be the way back.
func (r *liquibaseReader) refuse(at line, why string) {
	r.m.refusedBy("Liquibase", at.span, why)
	if rest := (source.Span{Start: r.start, End: len(r.m.File.Data)}); hasSQL(r.m.File, rest) {
		r.m.part(rest, Up)
	}
}

// finish marks the sections of the changeset that ends here, or of what stands
// before the first one.
func (r *liquibaseReader) finish(end int, last bool) {
	var cuts []source.Span
	for _, a := range r.apart {
		cuts = append(cuts, a.lines)
	}
	out := r.dropped
	if r.begun && !r.set.left {
		delimiters, comments := r.split(last)
		cuts, out = append(cuts, delimiters...), append(out, comments...)
	}
	slices.SortFunc(cuts, compareSpans)
	r.m.cuts = append(r.m.cuts, cuts...)
	slices.SortFunc(out, compareSpans)
	sections := r.forward(source.Span{Start: r.start, End: end}, cuts, out)
	r.m.Sections = append(r.m.Sections, r.aside(sections)...)
}

func compareSpans(a, b source.Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// forward returns the parts of the changeset between the cuts.
func (r *liquibaseReader) forward(all source.Span, cuts, out []source.Span) []Section {
	var sections []Section
	kept := r.kept
	for _, cut := range append(cuts, source.Span{Start: all.End, End: all.End}) {
		part := source.Span{Start: all.Start, End: max(cut.Start, all.Start)}
		all.Start = max(cut.End, all.Start)
		part, kept = trimToLines(part, kept)
		if !hasSQL(r.m.File, part) {
			continue
		}
		s := Section{Span: part, Whole: r.set.delimiter != nil || r.set.joined, Psql: r.set.psql}
		switch {
		case r.set.left:
			s.Direction = Down
		case !r.begun:
			r.m.problem(firstLineWithin(r.m.File, part), "Liquibase leaves this out: it stands before the first --changeset")
		default:
			r.m.tookOut("Liquibase", part, within(out, part))
		}
		sections = append(sections, s)
	}
	return sections
}

// trimToLines cuts a part down to what kept lines are in it, and returns the lines
// that may be in the next part.
func trimToLines(part source.Span, kept []line) (source.Span, []line) {
	for len(kept) > 0 && (kept[0].span.End <= part.Start || blank(kept[0].text)) {
		kept = kept[1:]
	}
	if len(kept) == 0 || kept[0].span.Start >= part.End {
		return source.Span{Start: part.Start, End: part.Start}, kept
	}
	part.Start = max(part.Start, kept[0].span.Start)
	end := part.Start
	for len(kept) > 0 && kept[0].span.Start < part.End {
		if !blank(kept[0].text) {
			end = min(part.End, kept[0].span.End)
		}
		if kept[0].span.End > part.End {
			break // the next part begins on this line
		}
		kept = kept[1:]
	}
	part.End = end
	return part, kept
}

// within returns the spans that begin in a section.
func within(sorted []source.Span, section source.Span) []source.Span {
	from := func(at int) int {
		i, _ := slices.BinarySearchFunc(sorted, at, func(s source.Span, at int) int { return cmp.Compare(s.Start, at) })
		return i
	}
	return sorted[from(section.Start):from(section.End)]
}

// aside adds what is cut out of the changeset to its sections, in their order, and
// the rollback lines that do not stand in the middle of one.
func (r *liquibaseReader) aside(sections []Section) []Section {
	all := slices.Clone(sections)
	for _, a := range r.apart {
		if a.section.Direction == Up && r.set.left {
			a.section.Direction = Down
		}
		if hasSQL(r.m.File, a.section.Span) {
			all = append(all, a.section)
		}
	}
	i := 0
	for _, span := range r.wayBack() {
		for i < len(sections) && sections[i].Span.End <= span.Start {
			i++
		}
		if (i == len(sections) || span.End <= sections[i].Span.Start) && hasSQL(r.m.File, span) {
			all = append(all, Section{Span: span, Direction: Down})
		}
	}
	slices.SortFunc(all, func(a, b Section) int { return compareSpans(a.Span, b.Span) })
	return all
}

// wayBack returns the rollback lines, unless they are one that says that there is
// nothing to take back.
func (r *liquibaseReader) wayBack() []source.Span {
	if len(r.back) == 1 {
		text := bytes.ToLower(bytes.TrimSpace(r.m.File.Data[r.back[0].Start:r.back[0].End]))
		if bytes.HasPrefix(text, []byte("empty")) || bytes.HasPrefix(text, []byte("not required")) {
			return nil
		}
	}
	return r.back
}
