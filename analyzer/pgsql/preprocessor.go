package pgsql

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// putInFile is what is said of #include "file".
const putInFile = "the C preprocessor puts another file in place of this line, which is not read with it"

// includeLines returns the lines #include "file" that a chunk begins with: scripts
// of extensions go through the C preprocessor. Such a line has no semicolon, and
// must not take along the statement that follows it.
func includeLines(f *source.File, c chunk) []Statement {
	var all []Statement
	for rest := c.tokens; len(rest) >= 3; rest = rest[3:] {
		line := source.Span{Start: rest[0].span.Start, End: rest[2].span.End}
		text := f.Data[line.Start:line.End]
		if f.Text(rest[0].span) != "#" || !rest[1].is(f.Data, "include") || rest[2].kind != quoted ||
			bytes.ContainsAny(text, "\r\n") || !aloneOnLine(f.Data, line) {
			break
		}
		all = append(all, Statement{Span: line, Normal: string(text), Ops: []op.At{{Span: line, Op: &op.Unread{Message: putInFile}}}})
	}
	return all
}

// includeLines reads the lines #include "file" that stand where a statement begins.
func (p *plpgsql) includeLines() []op.Step {
	var steps []op.Step
	for _, line := range includeLines(p.file, chunk{tokens: p.tokens[p.pos:]}) {
		steps = append(steps, p.unread(line.Span, putInFile))
		p.pos += 3
	}
	return steps
}

// aloneOnLine reports whether nothing but white space, or a semicolon behind it,
// stands beside the span.
func aloneOnLine(data []byte, s source.Span) bool {
	before := bytes.TrimRight(data[:s.Start], " \t")
	after := bytes.TrimLeft(data[s.End:], " \t")
	return (len(before) == 0 || before[len(before)-1] == '\n') &&
		(len(after) == 0 || after[0] == '\n' || after[0] == '\r' || after[0] == ';')
}
