package pgsql

import (
	"bytes"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A Record is a row of constants that a dump puts into a table.
type Record struct {
	Table   op.Name
	Columns []string // that the statement names; nil: all of the table's
	Values  []string // as text; empty for NULL and for what is no plain constant
}

// Records returns the rows that INSERT … VALUES and COPY … FROM stdin put into the
// tables that pick takes, however many: Read leaves most of a long list out. The
// statements are those of the file as psql runs it.
func Records(f *source.File, statements []Statement, pick func(op.Name) bool) []Record {
	var all []Record
	for _, s := range statements {
		head := firstTokens(f.Data, s.Span, 2)
		switch {
		case len(head) < 2:
		case head[0].is(f.Data, "insert") && head[1].is(f.Data, "into"):
			all = append(all, insertRecords(f.Data, s.Span, pick)...)
		case head[0].is(f.Data, "copy"):
			all = append(all, copyRecords(f.Data, s.Span, pick)...)
		}
	}
	return all
}

// firstTokens returns the first n tokens of the span, or fewer.
func firstTokens(data []byte, in source.Span, n int) []token {
	l := &lexer{data: data, pos: in.Start, end: in.End}
	var all []token
	for len(all) < n {
		t, ok := l.next()
		if !ok {
			break
		}
		all = append(all, t)
	}
	return all
}

// headTokens is how many tokens name a statement's table and its columns at most:
// PostgreSQL has no more than 1,600 columns.
const headTokens = 4000

// target reads the table at token i, and the columns behind it. It returns the
// index of what follows.
func (r *reader) target(i int) (table op.Name, columns []string, next int) {
	if i < len(r.tokens) {
		table.Name = r.nameAt(i)
		i++
	}
	if i+1 < len(r.tokens) && r.tokens[i].is(r.data, ".") {
		table = op.Name{Schema: table.Name, Name: r.nameAt(i + 1)}
		i += 2
	}
	if i < len(r.tokens) && r.tokens[i].is(r.data, "(") {
		end := r.closing(i)
		for _, t := range r.tokens[i+1 : min(end, len(r.tokens))] {
			if t.kind == word || t.kind == quoted {
				one := &reader{data: r.data, tokens: []token{t}}
				columns = append(columns, one.nameAt(0))
			}
		}
		i = end + 1
	}
	return table, columns, i
}

// insertRecords reads INSERT INTO table [(columns)] VALUES (…), (…).
func insertRecords(data []byte, in source.Span, pick func(op.Name) bool) []Record {
	head := &reader{data: data, tokens: firstTokens(data, in, headTokens)}
	table, columns, i := head.target(2)
	if !pick(table) || i >= len(head.tokens) || !head.tokens[i].is(data, "values") {
		return nil
	}
	var all []Record
	var values []string
	depth, parts := 0, 0 // parts: tokens of the value so far
	l := &lexer{data: data, pos: head.tokens[i].span.End, end: in.End}
	for t, ok := l.next(); ok; t, ok = l.next() {
		switch {
		case t.is(data, "("):
			if depth++; depth == 1 {
				values, parts = []string{""}, 0
			} else { // a call
				values[len(values)-1], parts = "", 1
			}
		case t.is(data, ")"):
			if depth--; depth == 0 {
				all = append(all, Record{table, columns, values})
			}
		case depth == 1 && t.is(data, ","):
			values, parts = append(values, ""), 0
		case depth == 1:
			parts++
			values[len(values)-1] = plainValue(data, t, parts)
		case depth == 0 && !t.is(data, ","):
			return all // ON CONFLICT, RETURNING
		}
	}
	return all
}

// plainValue returns the text of a value that is one token; a longer one is none.
func plainValue(data []byte, t token, part int) string {
	written := string(data[t.span.Start:t.span.End])
	switch {
	case part > 1:
		return ""
	case t.kind == text && strings.HasPrefix(written, "'") && len(written) > 1:
		return strings.ReplaceAll(written[1:len(written)-1], "''", "'")
	case t.kind == number:
		return written
	case t.kind == word && !strings.EqualFold(written, "null"):
		return strings.ToLower(written) // true, false
	}
	return ""
}

// copyRecords reads COPY table [(columns)] FROM stdin and its data: the lines up to
// one that is \. only.
func copyRecords(data []byte, in source.Span, pick func(op.Name) bool) []Record {
	head := &reader{data: data, tokens: tokens(data, in)}
	table, columns, i := head.target(1)
	plain := i+2 == len(head.tokens) && head.tokens[i].is(data, "from") && head.tokens[i+1].is(data, "stdin")
	if !pick(table) || !plain { // with options, values may be written otherwise
		return nil
	}
	_, rest, _ := bytes.Cut(data[in.End:], []byte{'\n'})
	var all []Record
	for line := range bytes.Lines(rest) {
		row := strings.TrimRight(string(line), "\r\n")
		if row == `\.` {
			break
		}
		values := strings.Split(row, "\t")
		for i, v := range values {
			if strings.Contains(v, `\`) { // NULL, or escapes that no version has
				values[i] = ""
			}
		}
		all = append(all, Record{table, columns, values})
	}
	return slices.Clip(all)
}
