package migration

import (
	"bytes"
	"path"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// graphileName is what graphile-migrate takes for a migration in its folders.
var graphileName = regexp.MustCompile(`^([0-9]+)(-[-_a-zA-Z0-9]*)?\.sql$`)

// A graphilePlace is where in graphile-migrate's folder a file lies.
type graphilePlace int

const (
	graphileElsewhere graphilePlace = iota
	graphileCommitted               // committed/000001-name.sql
	graphileCurrent                 // current.sql
	graphilePart                    // current/001-name.sql
)

func graphilePlaceOf(name string) graphilePlace {
	dir, base := path.Split(name)
	switch folder := path.Base(dir); {
	case base == "current.sql":
		return graphileCurrent
	case !graphileName.MatchString(base):
		return graphileElsewhere
	case folder == "committed":
		return graphileCommitted
	case folder == "current":
		return graphilePart
	}
	return graphileElsewhere
}

// isGraphileMigrate recognises committed migrations by the header that the tool
// gave them, and the current one by its folder's usual name or the tool's own
// comments. No file takes back, so a wrong guess hides nothing.
func isGraphileMigrate(f *source.File) bool {
	switch graphilePlaceOf(f.Path) {
	case graphileCommitted:
		return bytes.HasPrefix(f.Data[f.All().Start:], []byte("--! Previous:"))
	case graphileCurrent:
		return path.Base(path.Dir(f.Path)) == "migrations" || graphileInclude.Match(f.Data)
	case graphilePart:
		return path.Base(path.Dir(path.Dir(f.Path))) == "migrations" || graphileInclude.Match(f.Data)
	}
	return false
}

// markGraphileMigrate marks the whole file. What is current runs again with every
// change of it, after all that is committed.
func markGraphileMigrate(m *Migration) {
	place := graphilePlaceOf(m.File.Path)
	if parts := graphileName.FindStringSubmatch(path.Base(m.File.Path)); parts != nil {
		m.Version = Version{Numbers: []string{number(parts[1])}, Name: parts[2]}
	}
	m.whole(Up)
	switch place {
	case graphileCommitted:
		m.Set = path.Dir(m.Set)
		m.graphileHeader()
	case graphilePart:
		m.Set = path.Dir(m.Set)
		m.Version.Repeatable = true
		m.graphileIncludes()
	default:
		m.Version.Repeatable = place == graphileCurrent
		m.graphileIncludes()
	}
}

// graphileHeaderLine is a line of the header, at the very beginning of the file.
var graphileHeaderLine = regexp.MustCompile(`^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$`)

// graphileHeader reports what graphile-migrate refuses of a committed migration's
// header. A carriage return belongs to a line for it.
func (m *Migration) graphileHeader() {
	seen := map[string]string{}
	for l := range lines(m.File) {
		text := bytes.TrimSuffix(m.File.Data[l.span.Start:l.next], []byte("\n"))
		parts := graphileHeaderLine.FindSubmatch(text)
		if parts == nil {
			if len(text) > 0 {
				m.refusedBy("graphile-migrate", l.span, "no empty line follows the header")
			}
			break
		}
		key := string(parts[1])
		if _, is := seen[key]; is {
			m.refusedBy("graphile-migrate", l.span, "the header says "+key+" twice")
		}
		seen[key] = string(bytes.TrimSpace(parts[2]))
	}
	for _, key := range []string{"Previous", "Hash"} {
		if seen[key] == "" && m.File.All().Len() > 0 {
			m.refusedBy("graphile-migrate", firstLine(m.File), "the header has no "+key)
		}
	}
}

func (m *Migration) refusedBy(tool string, at source.Span, why string) {
	m.problem(at, tool+" refuses the file: "+why)
}

// graphileInclude is a line that brings in another file, wherever it stands. The
// tool's line ends are those of JavaScript.
var graphileInclude = regexp.MustCompile(`(?:^|[\n\r\x{2028}\x{2029}])(--![ \t]*include[ \t]+[^\n\r\x{2028}\x{2029}]*\.sql[ \t]*)(?:$|[\n\r\x{2028}\x{2029}])`)

// graphileIncludes reports the lines that bring in other files. In committed
// migrations they have been followed already.
func (m *Migration) graphileIncludes() {
	all := m.File.All()
	for at := all.Start; ; {
		found := graphileInclude.FindSubmatchIndex(m.File.Data[at:])
		if found == nil {
			return
		}
		m.problem(source.Span{Start: at + found[2], End: at + found[3]}, "graphile-migrate puts another file in place of this line, which is not read with it")
		at += found[3]
	}
}
