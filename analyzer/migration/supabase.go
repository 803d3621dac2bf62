package migration

import (
	"path"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// isSupabase recognises Supabase's folder. Its tool knows no way back: it runs
// 1_x.down.sql going up like any other file.
func isSupabase(f *source.File) bool {
	dir := "/" + path.Dir(f.Path)
	return strings.HasSuffix(dir, "/supabase/migrations") && numbered.MatchString(path.Base(f.Path))
}
