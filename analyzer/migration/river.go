package migration

import (
	"path"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// riverTag finds what River takes for a template, or for a mistyped one. Only
// the schema is filled in when it migrates.
var riverTag = regexp.MustCompile(`/\*\s*TEMPLATE[^*]*(?:\*/)?`)

const riverSchema = "/* TEMPLATE: schema */"

// isRiver recognises migration/<line>/001_name.up.sql with a template in it:
// without one River runs the file just as golang-migrate does.
func isRiver(f *source.File) bool {
	above := path.Dir(path.Dir(f.Path))
	return path.Base(above) == "migration" && isGolangMigrate(f) && riverTag.Match(f.Data)
}

// markRiver reads the templates as the comments that they are: the schema stands
// before a name, and none before it means that search_path decides.
func markRiver(m *Migration) {
	markGolangMigrate(m)
	all := m.File.All()
	for start := all.Start; ; {
		at := riverTag.FindIndex(m.File.Data[start:])
		if at == nil {
			return
		}
		span := source.Span{Start: start + at[0], End: start + at[1]}
		if m.File.Text(span) != riverSchema {
			m.problem(span, "River refuses this template or puts other text in its place: only the schema is known when it migrates")
			return
		}
		start = span.End
	}
}
