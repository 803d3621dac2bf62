package pgsql

import (
	"strconv"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A mapping tells for a text with escapes or doubled quotes, which was read by
// itself, where each byte of it stands in the file.
type mapping struct {
	file, text *source.File
	whole      source.Span   // the literal
	units      []source.Span // of each byte of the text; empty: not known, all is whole
	// same says that each byte stands in the file where it stands in the text.
	same bool
	// moved are the pieces and runs that are in the file already: steps may share them.
	moved map[any]bool
}

func newMapping(file, text *source.File, literal []token) *mapping {
	m := &mapping{file: file, text: text, moved: map[any]bool{}}
	if len(literal) > 0 {
		m.whole = chunk{tokens: literal}.span()
		literal = partsOf(file.Data, m.whole)
	}
	var decoded []byte
	for i, t := range literal {
		in := content(file.Data, t)
		quote := file.Data[t.span.Start]
		escapes := (quote == 'E' || quote == 'e') && i == 0 || i > 0 && (file.Data[literal[0].span.Start]|0x20) == 'e'
		decoded, m.units = decode(file.Data, in, escapes, quote == '$', decoded, m.units)
	}
	if string(decoded) != string(text.Data) {
		m.units = nil // U&'…' and what else is not decoded here
	}
	return m
}

// partsOf returns the parts of a literal that goes on behind a line end.
func partsOf(data []byte, literal source.Span) []token {
	l := &lexer{data: data, pos: literal.Start, end: literal.End, parts: true}
	var all []token
	for t, ok := l.next(); ok; t, ok = l.next() {
		all = append(all, t)
	}
	return all
}

// decode appends the text of a literal and the place of each of its bytes.
func decode(data []byte, in source.Span, escapes, plain bool, text []byte, units []source.Span) ([]byte, []source.Span) {
	for i := in.Start; i < in.End; {
		unit := source.Span{Start: i, End: i + 1}
		bytes := data[i : i+1]
		switch {
		case plain:
		case data[i] == '\'':
			unit.End = min(i+2, in.End)
		case escapes && data[i] == '\\' && i+1 < in.End:
			var n int
			bytes, n = unescape(data[i+1 : in.End])
			unit.End = i + 1 + n
		}
		for _, b := range bytes {
			text, units = append(text, b), append(units, unit)
		}
		i = unit.End
	}
	return text, units
}

// unescape decodes what follows a backslash and returns how long it is.
func unescape(s []byte) ([]byte, int) {
	switch c := s[0]; c {
	case 'b':
		return []byte{'\b'}, 1
	case 'f':
		return []byte{'\f'}, 1
	case 'n':
		return []byte{'\n'}, 1
	case 'r':
		return []byte{'\r'}, 1
	case 't':
		return []byte{'\t'}, 1
	case 'x':
		if v, n := digits(s[1:], 16, 2); n > 0 {
			return []byte{byte(v)}, 1 + n
		}
	case 'u', 'U':
		width := 4
		if c == 'U' {
			width = 8
		}
		if v, n := digits(s[1:], 16, width); n == width {
			return utf8.AppendRune(nil, rune(v)), 1 + n
		}
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, n := digits(s, 8, 3)
		return []byte{byte(v)}, n
	}
	_, n := utf8.DecodeRune(s)
	return s[:n], n
}

// digits reads up to width digits.
func digits(s []byte, base, width int) (value int64, n int) {
	for n < width && n < len(s) {
		v, err := strconv.ParseInt(string(s[:n+1]), base, 64)
		if err != nil || s[n] == '+' || s[n] == '-' {
			break
		}
		value = v
		n++
	}
	return value, n
}

// span returns where a range of the text stands in the file.
func (m *mapping) span(s source.Span) source.Span {
	if m.same {
		return s
	}
	if m.units == nil || s.Start < 0 || s.End > len(m.units) || s.Start >= s.End {
		return m.whole
	}
	return source.Span{Start: m.units[s.Start].Start, End: m.units[s.End-1].End}
}

// steps moves the places of all that the steps hold into the file.
func (m *mapping) steps(all []op.Step) {
	for _, step := range all {
		switch s := step.(type) {
		case *op.Run:
			if !m.moved[s] {
				m.moved[s] = true
				m.ops(s.Ops)
			}
		case *op.Assign:
			m.texts(s.Value)
		case *op.Choice:
			for _, branch := range s.Branches {
				m.steps(branch)
			}
		case *op.Loop:
			m.steps(s.Steps)
		case *op.Section:
			m.steps(s.Steps)
			for _, handler := range s.Handlers {
				m.steps(handler)
			}
		}
	}
}

func (m *mapping) ops(all []op.At) {
	for i := range all {
		all[i].Span = m.span(all[i].Span)
		if all[i].Part.Len() > 0 {
			all[i].Part = m.span(all[i].Part)
		}
		switch o := all[i].Op.(type) {
		case *op.Prepare:
			m.ops(o.Ops)
		case *op.CreateRule:
			o.File = m.file
			m.ops(o.Ops)
		case *op.Block:
			m.body(o.Body)
		case *op.CreateFunction:
			m.body(o.Body)
		case *op.CreateView:
			m.calls(o.Calls)
		case *op.RowCalls:
			m.calls(o.Calls)
		default:
			m.call(o)
		}
	}
}

func (m *mapping) calls(all []op.Operation) {
	for _, o := range all {
		m.call(o)
	}
}

func (m *mapping) call(o op.Operation) {
	switch o := o.(type) {
	case *op.Dynamic:
		m.texts(o.Text)
		for _, t := range o.Using {
			m.texts(t)
		}
	case *op.Call:
		for _, a := range o.Arguments {
			m.texts(a.Value)
		}
	}
}

func (m *mapping) body(b *op.Body) {
	if b == nil {
		return
	}
	b.File = m.file
	for _, p := range b.Parameters {
		m.texts(p.Default)
	}
	m.steps(b.Steps)
}

// texts moves constants. One with escapes in it does not stand byte for byte in
// the file.
func (m *mapping) texts(t op.Texts) {
	for _, one := range t {
		for i, p := range one {
			if p.Span.Len() == 0 || m.moved[&one[i]] {
				continue
			}
			m.moved[&one[i]] = true
			one[i].Span = m.span(p.Span)
			if m.units == nil && !m.same || m.file.Text(one[i].Span) != p.Constant {
				one[i].Span = source.Span{}
			}
		}
	}
}
