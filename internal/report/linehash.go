package report

import (
	"fmt"
	"unicode/utf16"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
)

const (
	// hashedUnits is how many UTF-16 units a line's hash is made of, from the
	// line's first on, whatever lines they are on.
	hashedUnits = 100
	hashBase    = 37
	// endOfFile stands after the last unit; zeros fill up what is missing then.
	endOfFile = 0xffff
)

// lineFingerprints returns what GitHub tells each of the findings by, within its
// rule and file: the hash of its line. Another finding of the rule on the line, or
// one in a file whose text is not there, has its own fingerprint for that.
func lineFingerprints(findings []analyzer.Finding, sources map[string]*source.File) []string {
	last := map[string]int{}
	for _, f := range findings {
		last[f.Path] = max(last[f.Path], f.Start.Line, 1)
	}
	hashes := map[string][]string{}
	for path, line := range last {
		if file := sources[path]; file != nil {
			hashes[path] = lineHashes(string(file.Data), line)
		}
	}
	type place struct{ path, rule, hash string }
	seen := map[place]bool{}
	var all []string
	for _, f := range findings {
		hash, line := f.Fingerprint, max(f.Start.Line, 1)
		if line <= len(hashes[f.Path]) {
			hash = hashes[f.Path][line-1]
		}
		if p := (place{f.Path, f.Rule, hash}); seen[p] {
			hash += "-" + f.Fingerprint
		} else {
			seen[p] = true
		}
		all = append(all, hash)
	}
	return all
}

// lineHashes returns the hashes of a file's first lines, up to number last. They
// are those by which GitHub recognises an alert, and which its upload-sarif makes
// of a checkout: a polynomial over what stands there without blanks, and a counter
// for lines that begin alike. So an upload without a checkout, too, has them, and
// one with a checkout finds what it expects.
func lineHashes(text string, last int) []string {
	units, starts := hashInput(text)
	seen := map[uint64]int{}
	var hashes []string
	for _, start := range starts[:min(last, len(starts))] {
		var hash uint64
		for i := range hashedUnits {
			hash *= hashBase
			if start+i < len(units) {
				hash += uint64(units[start+i])
			}
		}
		seen[hash]++
		hashes = append(hashes, fmt.Sprintf("%x:%d", hash, seen[hash]))
	}
	return hashes
}

// hashInput returns a file's UTF-16 units without spaces and tabs, each end of a
// line as one line feed, and where in them its lines begin. The end of the file
// counts as a unit, on a line of its own after a line feed.
func hashInput(text string) (units []uint16, starts []int) {
	lineStart, afterReturn := true, false
	put := func(unit uint16) {
		if lineStart {
			starts = append(starts, len(units))
		}
		units = append(units, unit)
		lineStart = unit == '\n'
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		switch {
		case unit == ' ', unit == '\t', unit == '\n' && afterReturn:
			afterReturn = false
		case unit == '\r':
			put('\n')
			afterReturn = true
		default:
			put(unit)
			afterReturn = false
		}
	}
	put(endOfFile)
	return units, starts
}
