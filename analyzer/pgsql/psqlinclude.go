package pgsql

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// Includes returns the files that psql reads where it runs the span, as far as
// their names are known, in the order of the text. What else stands there is not
// parsed.
func Includes(f *source.File, in source.Span) []*op.Include {
	if !bytes.Contains(f.Data[in.Start:in.End], []byte(`\i`)) {
		return nil
	}
	s := newScript(f, in)
	s.onlyIncludes = true
	s.run()
	return s.includes
}
