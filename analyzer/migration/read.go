package migration

import (
	"bytes"
	"fmt"
	"iter"
	"path"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A format is a migration tool and how it lays out its files.
type format struct {
	name string
	// matches reports whether the tool would take the file for one of its own,
	// and no other tool in the list would run more of it.
	matches func(f *source.File) bool
	// mark fills in set, version, sections and problems.
	mark func(m *Migration)
}

// formats is in order of precedence: what cuts a file whatever its name, names
// that only one tool gives, then directives in the text, then names that say
// little.
var formats = []format{
	{"drizzle", isDrizzle, markDrizzle},
	{"refinery", isRefinery, markRefinery},
	{"flyway", isFlyway, markFlyway},
	{"prisma", isPrisma, markPrisma},
	{"hasura", isHasura, markDiesel},
	{"diesel", isDiesel, markDiesel},
	{"supabase", isSupabase, markUp},
	{"river", isRiver, markRiver},
	{"golang-migrate", isGolangMigrate, markGolangMigrate},
	{"sqitch", isSqitch, markSqitch},
	{"graphile-migrate", isGraphileMigrate, markGraphileMigrate},
	{"goose", isGoose, markGoose},
	{"dbmate", isDbmate, markDbmate},
	{"sql-migrate", isSQLMigrate, markSQLMigrate},
	{"rambler", isRambler, markRambler},
	{"liquibase", isLiquibase, markLiquibase},
	{"tern", isTern, markTern},
	{"node-pg-migrate", isNodePgMigrate, markNodePgMigrate},
	{"atlas", isAtlas, markAtlas},
	{"pg_dump", isPgDump, markPsql},
	{"sqlx", isSqlx, markSqlx},
	{"sql", isPlain, markPlain},
}

// Names returns the names of all formats, in order of precedence.
func Names() []string {
	names := make([]string, len(formats))
	for i, known := range formats {
		names[i] = known.name
	}
	return names
}

// IsCandidate reports whether a file of this path is reviewed by default: SQL
// by its suffix in any case, or a name that a migration tool runs whatever its
// suffix.
func IsCandidate(name string) bool {
	return strings.EqualFold(path.Ext(name), ".sql") || isUpByAnySuffix(path.Base(name))
}

// Read marks the sections of a file in the named format; with an empty name it
// recognises the format by the file's path and content. It never fails: what
// the tool would refuse, and what cannot be followed, is a Problem, and the
// text around it counts as going up.
func Read(f *source.File, name string) *Migration {
	m := &Migration{
		File:    f,
		Set:     path.Dir(f.Path),
		Version: leadingVersion(path.Base(f.Path)),
	}
	chosen := choose(f, name)
	if name != "" && chosen.name != name {
		m.problem(firstLine(f), fmt.Sprintf("no format has the name %q; the file is read as plain SQL", name))
	}
	m.Format, m.Why = chosen.name, why(f, name, chosen)
	chosen.mark(m)
	return m
}

// choose returns the format of that name, or the first that matches where the
// name is empty, or the last of the list, which is plain SQL.
func choose(f *source.File, name string) format {
	for _, known := range formats {
		if name == known.name || name == "" && known.matches(f) {
			return known
		}
	}
	return formats[len(formats)-1]
}

// byConfig says that the config told the format.
const byConfig = "by the config"

// why says what told the format. Without its text a file has nothing but its path.
func why(f *source.File, name string, chosen format) string {
	switch {
	case name == chosen.name:
		return byConfig
	case chosen.name == formats[len(formats)-1].name:
		return "no tool's path or directives"
	case choose(source.New(f.Path, nil), "").name == chosen.name:
		return "by its path"
	}
	return "by what is in it"
}

// Direction returns "up", "down" or "both" for the directions of the sections,
// and "none" if there is no section.
func (m *Migration) Direction() string {
	var up, down bool
	for _, s := range m.Sections {
		up = up || s.Direction == Up
		down = down || s.Direction == Down
	}
	switch {
	case up && down:
		return "both"
	case up:
		return "up"
	case down:
		return "down"
	}
	return "none"
}

// whole marks the whole file as one section. An empty file has none.
func (m *Migration) whole(d Direction) {
	if all := m.File.All(); all.Len() > 0 {
		m.Sections = append(m.Sections, Section{Span: all, Direction: d})
	}
}

func (m *Migration) problem(span source.Span, message string) {
	m.Problems = append(m.Problems, Problem{Span: span, Message: message})
}

// markUp marks a file that its tool runs as a whole.
func markUp(m *Migration) { m.whole(Up) }

// A line is a line of a file as the tools count them: up to "\n". A carriage
// return elsewhere ends no line for them, though it ends PostgreSQL's comments.
type line struct {
	span source.Span // without its line end
	text []byte      // the bytes of span
	next int         // offset of the next line
}

// lines yields the lines of the file, without its byte order mark.
func lines(f *source.File) iter.Seq[line] { return linesOf(f, f.All()) }

// linesOf yields the lines of a span.
func linesOf(f *source.File, all source.Span) iter.Seq[line] {
	return func(yield func(line) bool) {
		for start := all.Start; start < all.End; {
			end, next := all.End, all.End
			if i := bytes.IndexByte(f.Data[start:all.End], '\n'); i >= 0 {
				end, next = start+i, start+i+1
			}
			if end > start && f.Data[end-1] == '\r' {
				end--
			}
			if !yield(line{source.Span{Start: start, End: end}, f.Data[start:end], next}) {
				return
			}
			start = next
		}
	}
}

// firstLine is where a problem of the file as a whole is shown.
func firstLine(f *source.File) source.Span {
	for l := range lines(f) {
		return l.span
	}
	return f.All()
}

// blank reports whether nothing but white space is in the text.
func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// passedOver reports whether the line holds no SQL: it is blank, or a comment
// to its end. Behind a lone carriage return PostgreSQL reads on.
func passedOver(text []byte) bool {
	trimmed := bytes.TrimSpace(text)
	return len(trimmed) == 0 ||
		bytes.HasPrefix(trimmed, []byte("--")) && bytes.IndexByte(trimmed, '\r') < 0
}

// firstSQL returns the offset of the first line that holds more than a comment,
// or the file's length.
func firstSQL(f *source.File) int {
	for l := range lines(f) {
		if !passedOver(l.text) {
			return l.span.Start
		}
	}
	return len(f.Data)
}

// numbered matches what the tools with one number take for a migration's name.
var numbered = regexp.MustCompile(`^([0-9]+)_(.*)\.sql$`)
