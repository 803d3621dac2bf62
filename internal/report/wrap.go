package report

import (
	"strings"

	"github.com/rivo/uniseg"
)

// proseWidth is the column at which sentences are broken, fixed.
const proseWidth = 78

// wrap breaks text into lines of at most proseWidth columns, each behind
// indent, the first behind first instead. A word that is too long for a line
// has one of its own.
func wrap(first, indent, text string) string {
	var b strings.Builder
	b.WriteString(first)
	column := uniseg.StringWidth(first)
	fresh := true
	for _, word := range strings.Fields(text) {
		width := uniseg.StringWidth(word)
		switch {
		case fresh:
		case column+1+width > proseWidth:
			b.WriteString("\n" + indent)
			column = uniseg.StringWidth(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
		fresh = false
	}
	b.WriteByte('\n')
	return b.String()
}
