package pgsql

// joinedStrings blanks out the comments between the parts of a string. PostgreSQL
// takes 'a' -- b
// 'c' for one string; the parser here, whose lexer hands out comments, does not.
func (d *draft) joinedStrings() {
	l := &lexer{data: d.text, end: len(d.text), parts: true}
	for _, t := range d.tokens {
		start := t.span.Start - d.base
		if t.kind != text || start < l.pos || d.text[start] == '$' {
			continue
		}
		escapes := d.text[start]|0x20 == 'e'
		l.pos = start
		l.next()
		for end := l.pos; l.continues(); end = l.pos {
			l.pos-- // back at the quote that opens the next part
			d.blankComments(end, l.pos)
			l.readQuoted('\'', escapes)
		}
	}
}

// blankComments blanks out what is no white space between two offsets of the text.
func (d *draft) blankComments(from, to int) {
	for i := from; i < to; i++ {
		if c := d.text[i]; c != '\n' && c != '\r' && c != ' ' {
			d.text[i] = ' '
			d.masked = true
		}
	}
}
