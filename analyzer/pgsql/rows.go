package pgsql

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// What a statement may take of memory is bounded before the parser gets it: of a
// long list of VALUES it gets the first rows, and of what is too long even so
// nothing.
const (
	// rowLimit is the most rows of an INSERT that are given to the parser if the
	// others are made of constants, which say nothing about what it does.
	rowLimit = 1000
	// tokenLimit is the most tokens of a statement that is read, its constant rows
	// aside. The parser takes some 400 bytes for each; real statements that are not
	// data stay under 20,000.
	tokenLimit = 300_000
	// normalLimit is the most bytes of a statement's normal form; a longer one is
	// told by a hash.
	normalLimit = 4096
)

// An excess is what a chunk has beyond the limits.
type excess struct {
	blanks []source.Span // rows that the parser does not get
	tokens int           // tokens that are not kept
	words  destruction   // in them
	sum    hash.Hash     // of all that is not kept
	end    int           // of the last token that is not kept
}

// leave notes a token that is not kept.
func (e *excess) leave(data []byte, t token) {
	if e.sum == nil {
		e.sum = sha256.New()
	}
	writeNormal(e.sum, data, t)
	e.end = t.span.End
}

// hide returns the text, which begins at an offset of the file, without the rows
// that are left out.
func (e *excess) hide(text []byte, base int) []byte {
	if len(e.blanks) == 0 {
		return text
	}
	shown := make([]byte, len(text))
	copy(shown, text)
	for _, b := range e.blanks {
		part := shown[b.Start-base : b.End-base]
		for i := range part {
			part[i] = ' '
		}
	}
	return shown
}

// add appends a token to the chunk within the limits.
func (c *chunk) add(data []byte, t token, r *rows) {
	if len(c.tokens) >= tokenLimit {
		c.excess.tokens++
		c.excess.words.see(data, t)
		c.excess.leave(data, t)
		return
	}
	c.tokens = append(c.tokens, t)
	if r.constantRow(data, c.tokens) {
		c.dropRow(data, r.first)
	}
}

// dropRow leaves the row out whose tokens, with the comma before it, begin at an
// index.
func (c *chunk) dropRow(data []byte, first int) {
	row := c.tokens[first:]
	for _, t := range row {
		c.excess.leave(data, t)
	}
	span := chunk{tokens: row}.span()
	c.tokens = c.tokens[:first]
	e := &c.excess
	if n := len(e.blanks); n > 0 && e.blanks[n-1].Start > c.tokens[first-1].span.Start {
		e.blanks[n-1].End = span.End // nothing was kept in between
		return
	}
	e.blanks = append(e.blanks, span)
}

// rows follows INSERT … VALUES (…), (…) token by token.
type rows struct {
	phase    rowPhase
	depth    int
	n        int  // rows that ended
	first    int  // index of the row's comma or parenthesis
	constant bool // so far the row is made of constants
	typed    bool // the last token was a word that may be the type of a constant
}

type rowPhase int

const (
	atStart rowPhase = iota
	beforeValues
	inValues
	behindValues
)

// constantRow sees the last of the tokens and reports whether a row ends with it
// that can be left out.
func (r *rows) constantRow(data []byte, all []token) bool {
	t := all[len(all)-1]
	switch r.phase {
	case atStart:
		r.phase = behindValues
		if t.is(data, "insert") {
			r.phase = beforeValues
		}
	case beforeValues:
		r.nest(data, t)
		if r.depth == 0 && t.is(data, "values") {
			r.phase = inValues
		}
	case inValues:
		return r.value(data, all)
	}
	return false
}

func (r *rows) nest(data []byte, t token) {
	switch {
	case t.is(data, "("):
		r.depth++
	case t.is(data, ")"):
		r.depth--
	}
}

// value sees a token in or between rows.
func (r *rows) value(data []byte, all []token) bool {
	t := all[len(all)-1]
	before := r.depth
	r.nest(data, t)
	switch {
	case before == 0 && t.is(data, ","):
		r.first = len(all) - 1
	case before == 0 && r.depth == 1:
		if r.n == 0 {
			r.first = len(all) - 1
		}
		r.constant, r.typed = true, false
	case before == 0:
		r.phase = behindValues
	case r.depth == 0:
		r.n++
		return r.constant && !r.typed && r.n > rowLimit
	default:
		r.constant = r.constant && r.constantToken(data, all)
	}
	return false
}

// constantToken reports whether the last token may belong to a constant: 'a',
// -1, NULL, date '2020-01-01', 'a'::text, ARRAY[1, 2].
func (r *rows) constantToken(data []byte, all []token) bool {
	t, previous := all[len(all)-1], all[len(all)-2]
	typed := r.typed
	r.typed = false
	if typed && t.kind != text {
		return false
	}
	switch t.kind {
	case text, number:
		return true
	case operator:
		return t.span.Len() == 1 && strings.IndexByte("+-", data[t.span.Start]) >= 0
	case symbol:
		return strings.IndexByte(",:[]", data[t.span.Start]) >= 0
	case word:
		switch strings.ToLower(string(data[t.span.Start:t.span.End])) {
		case "null", "true", "false", "default", "array":
			return true
		}
		r.typed = !previous.is(data, ":")
		return true
	}
	return false
}

// normal returns the chunk's normal form.
func (c chunk) normal(data []byte) string {
	s := normal(data, c.tokens)
	if c.excess.sum != nil {
		s += " " + hex.EncodeToString(c.excess.sum.Sum(nil))
	}
	return s
}

// bounded returns a text that can stand for one of any length.
func bounded(text []byte) string {
	if len(text) <= normalLimit {
		return string(text)
	}
	sum := sha256.Sum256(text)
	return string(text[:normalLimit/16]) + " " + hex.EncodeToString(sum[:])
}
