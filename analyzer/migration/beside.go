package migration

import "path"

// AsBeside returns a changed migration as the tool of its folder runs it, where
// what stands beside it (past: already on the base; change: in the same change)
// shows that it is not the tool that the file by itself looks written for. A
// change must not hide its SQL in what that tool would keep for going back.
func AsBeside(m *Migration, past, change []*Migration) *Migration {
	if m.Direction() == "up" {
		return m
	}
	if m.runsAsRefinery(past, change) {
		return Read(m.File, "refinery")
	}
	formats := map[string]bool{}
	for _, other := range past {
		formats[other.Format] = true
	}
	if len(formats) == 0 || formats[m.Format] {
		return m
	}
	for _, name := range runsAll {
		if formats[name] && path.Base(m.File.Path) != "down.sql" {
			return Read(m.File, name)
		}
	}
	if m.ByDirectives() {
		return Read(m.File, "sql")
	}
	return m
}

// runsAll are tools that run whatever file stands in their folder, or is listed in
// their journal, 1_x.down.sql among them.
var runsAll = []string{"drizzle", "atlas", "refinery", "node-pg-migrate"}
