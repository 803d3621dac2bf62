package migration

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// atlasDirective is a directive on a comment's line: what stands before it, its
// name and its value.
var atlasDirective = regexp.MustCompile(`^([\x20-\x7e]*)atlas:(\w+)(?: +(.+))*`)

// atlasLongest bounds the delimiters that are looked for at every character.
const atlasLongest = 200

// isAtlas recognises directives at the top. Without one, Atlas runs a file as any
// other tool does, and its folder is a folder of numbered SQL.
func isAtlas(f *source.File) bool {
	if _, is := atlasDelimiter(f); is {
		return true
	}
	for _, l := range atlasHead(f) {
		if bytes.HasPrefix(l.text, []byte("-- atlas:")) && atlasDirective.Match(l.text) {
			return true
		}
	}
	return false
}

// atlasDelimiter returns what cuts the file into statements in place of the
// semicolon: the directive counts on the very first line, in one spelling.
func atlasDelimiter(f *source.File) (delimiter string, is bool) {
	if !bytes.HasPrefix(f.Data, []byte("-- atlas:delimiter")) {
		return "", false
	}
	parts := atlasDirective.FindSubmatch(f.Data)
	if len(parts) < 4 || string(parts[1]) != "-- " || string(parts[2]) != "delimiter" {
		return "", false
	}
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t").Replace(string(parts[3])), true
}

// atlasHead returns the comments at the top that concern the file as a whole: an
// empty line, or the end of the file, stands behind them.
func atlasHead(f *source.File) []line {
	var head []line
	for l := range lines(f) {
		if !bytes.HasPrefix(l.text, []byte("--")) && !bytes.HasPrefix(l.text, []byte("#")) {
			if len(bytes.TrimLeft(l.text, " \t")) > 0 {
				return nil
			}
			return head
		}
		head = append(head, l)
	}
	return head
}

// markAtlas marks the statements that a delimiter of the file's own keeps apart;
// with none, all of the file. A checkpoint goes up: a new database begins with it.
// What switches Atlas' linter off says nothing to anybody else.
func markAtlas(m *Migration) {
	m.atlasDirectives()
	m.atlasComments()
	delimiter, is := atlasDelimiter(m.File)
	if !is {
		m.whole(Up)
		return
	}
	first := source.Span{Start: 0, End: restOfLine(m.File, 0)}
	if why := atlasOdd(delimiter); why != "" {
		m.problem(first, why)
		m.whole(Up)
		return
	}
	end := bytes.IndexByte(m.File.Data, '\n')
	if end < 0 {
		m.problem(first, "Atlas refuses the file: nothing follows the delimiter")
		return
	}
	s := atlasScanner{m: m, delimiter: []byte(delimiter), start: end + 1, at: end + 1}
	s.scan()
}

// atlasDirectives reports directives that Atlas refuses, or that bring in what is
// not in the file.
func (m *Migration) atlasDirectives() {
	modes := 0
	for _, l := range atlasHead(m.File) {
		parts := atlasDirective.FindSubmatch(bytes.TrimSpace(l.text))
		if parts == nil {
			continue
		}
		switch value := string(parts[3]); string(parts[2]) {
		case "import":
			m.problem(l.span, "atlas:import brings in another file, which is not read here")
		case "txmode":
			if modes++; modes > 1 || value != "none" && value != "file" {
				m.problem(l.span, "Atlas refuses the file: it takes one txmode, none or file")
			}
		}
	}
}

// atlasComments reports a comment within a comment: Atlas takes the first */ for
// the end of both, and runs what follows by itself.
func (m *Migration) atlasComments() {
	data := m.File.Data
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("/*"))
		if i < 0 {
			return
		}
		start := at + i
		n := bytes.Index(data[start+2:], []byte("*/"))
		if n < 0 {
			return
		}
		at = start + 2 + n + 2
		if j := bytes.Index(data[start+2:at-2], []byte("/*")); j >= 0 {
			inner := start + 2 + j
			m.problem(source.Span{Start: inner, End: inner + 2}, "Atlas knows no comment within a comment, and runs what follows the first */")
			return
		}
	}
}

// atlasOdd says what is wrong with a delimiter. What is SQL to every other tool,
// or opens a string or a comment there, would keep out of sight what it runs.
func atlasOdd(delimiter string) string {
	text := strings.TrimSpace(delimiter)
	switch {
	case delimiter == "":
		return "Atlas refuses the file: the delimiter is empty"
	case len(delimiter) > atlasLongest:
		return "the delimiter is too long to be followed"
	case strings.HasPrefix(text, "--") && !strings.ContainsAny(text, "\r\n"):
	case strings.EqualFold(text, "GO") && strings.HasPrefix(delimiter, "\n"):
	case strings.Trim(text, ";/") != "":
		return "the delimiter is SQL to every other tool"
	}
	return ""
}

// isAtlasSum recognises the file that lists a folder's migrations.
func isAtlasSum(name string) bool { return path.Base(name) == "atlas.sum" }

// atlasOrder returns the migrations that atlas.sum lists, in the order in which
// Atlas runs them: by name, character by character, so 10 stands before 9.
func atlasOrder(f *source.File) (folder string, names []string) {
	first := true
	for l := range lines(f) {
		name, _, is := strings.Cut(string(l.text), "h1:")
		if name = strings.TrimSpace(name); is && !first && name != "" {
			names = append(names, name)
		}
		first = false
	}
	return path.Dir(f.Path), names
}
