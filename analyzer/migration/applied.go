package migration

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Applied says what a tool does about a migration that has run and is not as it was.
// The sentences are about a database that has run it.
type Applied struct {
	Edited string // its text is another
	Moved  string // it has another number, or another name where the tool goes by that
	Gone   string // it is not there any more

	// Refuses says that the tool runs nothing at all when the text is another.
	Refuses bool
	// ByName says that the tool knows a migration by its whole name, not its number.
	ByName bool
	// Guess says that little tells which tool it is.
	Guess bool
	// Titled says that the tool refuses another name under the same number.
	Titled string

	// sum returns what of a text the tool keeps a checksum of; nil without one.
	sum func(text []byte) []byte
}

// applied is by format. What it says was read in the tools' own sources for Flyway,
// refinery, sqlx, Atlas, graphile-migrate, sql-migrate, node-pg-migrate, Supabase,
// tern and Liquibase's checksums, and is what documentation and issues tell of the others.
var applied = map[string]Applied{
	"flyway": {
		Edited: "Flyway refuses to migrate when the checksum of an applied migration changes.",
		Moved:  "Flyway refuses to migrate when an applied version is missing.",
		Gone:   "Flyway refuses to migrate when an applied migration is missing.",
		Titled: "Flyway refuses to migrate when the description of an applied version changes.", Refuses: true, sum: flywaySum,
	},
	"refinery": {
		Edited: "refinery refuses to migrate when the checksum of an applied migration changes.",
		Moved:  "refinery refuses to migrate when an applied version is missing.",
		Gone:   "refinery refuses to migrate when an applied version is missing.",
		Titled: "refinery refuses to migrate when the name of an applied version changes.", Refuses: true, sum: sameText,
	},
	"sqlx": {
		Edited: "sqlx refuses to migrate when the checksum of an applied migration changes; a tool without checksums skips what has run.",
		Moved:  "sqlx refuses to migrate when an applied version is missing; other tools run what has a new number.",
		Gone:   "sqlx refuses to migrate when an applied version is missing.", Refuses: true, sum: sameText,
	},
	"prisma": {
		Edited: "Prisma skips a migration that has run, at best with a warning, and its migrate dev wants to reset the database.",
		Moved:  "Prisma knows migrations by their folders' names, and runs what has a new one.",
		Gone:   "Prisma deploys without it, and its migrate dev wants to reset the database.", ByName: true, sum: sameLines,
	},
	"atlas": {
		Edited: "Atlas skips a version that has run, and refuses the whole folder until atlas.sum is written anew.",
		Moved:  "Atlas runs a new version if it is the highest, and refuses it as out of order if not.",
		Gone:   "Atlas says nothing once atlas.sum is written anew.", sum: sameText,
	},
	"graphile-migrate": {
		Edited: "graphile-migrate skips it where it has run, and refuses it on a new database: its hash does not fit.",
		Moved:  "graphile-migrate takes a file behind the last one that ran for a new one.",
		Gone:   "graphile-migrate refuses to migrate: each migration names the hash of the one before.", ByName: true, sum: sameText,
	},
	"liquibase": {
		Edited: "Liquibase refuses to update when the checksum of a changeset that has run changes.",
		Moved:  "Liquibase knows a changeset by its file's path too, and runs it again under another one, unless logicalFilePath keeps it.",
		Gone:   "Liquibase says nothing.", Refuses: true, ByName: true,
	},
	"golang-migrate": {
		Edited: "golang-migrate skips a version that has run; sqlx, which takes the same names, refuses to migrate.",
		Moved:  "golang-migrate runs a new version if it is the highest, and never if not.",
		Gone:   "golang-migrate refuses to migrate if the last version that ran is missing; sqlx, which takes the same names, if any is.",
	},
	"goose": {
		Edited: "goose skips a version that has run.",
		Moved:  "goose runs a new version if it is the highest, and refuses to migrate if not.",
		Gone:   "goose says nothing.",
	},
	"sql-migrate": {
		Edited: "sql-migrate skips a file that has run.",
		Moved:  "sql-migrate refuses to migrate when it does not find a file that has run.",
		Gone:   "sql-migrate refuses to migrate when it does not find a file that has run.", ByName: true,
	},
	"node-pg-migrate": {
		Edited: "node-pg-migrate skips a file that has run.",
		Moved:  "node-pg-migrate refuses to migrate: what ran is not what comes first any more.",
		Gone:   "node-pg-migrate refuses to migrate: what ran is not what comes first any more.", ByName: true,
	},
	"rambler": {
		Edited: "rambler skips a file that has run.",
		Moved:  "rambler refuses to migrate when it does not find a file that has run.",
		Gone:   "rambler refuses to migrate when it does not find a file that has run.", ByName: true,
	},
	"supabase": {
		Edited: "Supabase skips a version that has run.",
		Moved:  "Supabase refuses to push when it does not find a version that has run.",
		Gone:   "Supabase refuses to push when it does not find a version that has run.",
	},
	"tern": {
		Edited: "tern skips a version that has run.",
		Moved:  "tern runs a new number if it is the highest, and never if not.",
		Gone:   "tern refuses to migrate when a number is missing in between.",
	},
	"dbmate":  {Edited: "dbmate skips a version that has run.", Moved: "dbmate runs every version that has not run.", Gone: "dbmate says nothing."},
	"diesel":  {Edited: "Diesel skips a version that has run.", Moved: "Diesel runs every version that has not run.", Gone: "Diesel says nothing until it has to revert it."},
	"hasura":  {Edited: "Hasura skips a version that has run.", Moved: "Hasura runs every version that has not run.", Gone: "Hasura says nothing until it has to revert it."},
	"river":   {Edited: "River skips a version that has run.", Moved: "River runs every version that has not run.", Gone: "River does not find a version that has run."},
	"drizzle": {Edited: "Drizzle skips a migration whose time in the journal has passed.", Moved: "Drizzle goes by the time in the journal, and runs what has a later one.", Gone: "Drizzle says nothing.", ByName: true},
	"sqitch":  {Edited: "sqitch skips a change that is deployed.", Moved: "sqitch goes by the plan: under another name it deploys the change again.", Gone: "sqitch refuses to deploy when the plan does not have a deployed change.", ByName: true},
	"sql":     {Edited: "A tool that goes by version numbers skips it.", Moved: "A tool that goes by version numbers runs a new one.", Gone: "A tool that keeps checksums refuses to go on."},
}

// Applied returns what the migration's tool does once it has run. ok is false for
// what does not run once: files that may be edited by design, that no tool is known
// to keep count of, or that are for another database.
func (m *Migration) Applied() (a Applied, ok bool) {
	if m.Version.Repeatable || m.Foreign() || m.Direction() == "down" || m.Direction() == "none" || aside(path.Dir(m.File.Path)) {
		return a, false
	}
	format := m.Format
	switch format {
	case "flyway":
		ok = flywayVersioned.MatchString(path.Base(m.File.Path)) // else a callback, by the config
	case "sqitch":
		_, folder, change, is := sqitchPath(m.File)
		ok = is && folder == "deploy" && change == withoutTag(change)
	case "sql":
		ok = m.Queries() == "" && runsOnce(m.File.Path)
	default:
		ok = true
	}
	if (format == "sql" || format == "sqlx") && m.Version.Planned {
		format = "atlas" // atlas.sum lists it
	}
	a, known := applied[format]
	a.Guess = m.Why != byConfig && slices.Contains([]string{"sql", "sqlx", "golang-migrate"}, format)
	return a, ok && known
}

// plainly matches the name of a numbered file, and runs are the folders where such
// files of an unknown tool run once. Elsewhere they may be a schema's parts, seeds or
// tests, which are edited by design.
var (
	plainly = regexp.MustCompile(`^[A-Za-z]?[0-9]+(?:[._-]|$)`)
	runs    = []string{
		"migration", "migrations", "migrate", "upgrade", "upgrades", "changes", "changelog", "changelogs",
		"delta", "deltas", "patches", "evolutions", "versions", "updates",
	}
)

func runsOnce(name string) bool {
	dir, base := path.Split(name)
	return plainly.MatchString(base) && slices.ContainsFunc(strings.Split(dir, "/"), func(part string) bool { return slices.Contains(runs, part) })
}

// asides are folders whose files fill or test a database, with whatever tool.
var asides = []string{"seed", "seeds", "seeders", "fixture", "fixtures", "test", "tests", "testdata", "regress", "expected", "example", "examples", "stub", "stubs", "queries"}

func aside(folder string) bool {
	return slices.ContainsFunc(strings.Split(folder, "/"), func(part string) bool { return slices.Contains(asides, part) })
}

// SameSum reports whether the tool takes two texts for the same. One that keeps no
// checksum takes all for the same.
func (a Applied) SameSum(was, is []byte) bool {
	return a.sum == nil || bytes.Equal(a.sum(was), a.sum(is))
}

func sameText(text []byte) []byte { return text }

// sameLines leaves out in what way lines end.
func sameLines(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// flywaySum is what Flyway sums: the lines, neither their ends nor a byte order mark.
func flywaySum(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	return bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, text)
}

// Key is the name by which people know the migration: its file's, or the folder's
// that holds it alone.
func (m *Migration) Key() string {
	base := path.Base(m.File.Path)
	switch base {
	case "migration.sql", "up.sql", "down.sql":
		return path.Join(path.Base(path.Dir(m.File.Path)), base)
	}
	return base
}

// Reworks returns the path of the script that this one is the old version of: sqitch
// keeps it under a name with a tag, and the other one may be edited then. It is empty
// for any other file.
func (m *Migration) Reworks() string {
	if m.Format != "sqitch" {
		return ""
	}
	name, _, tagged := strings.Cut(path.Base(m.File.Path), "@")
	if !tagged {
		return ""
	}
	return path.Join(path.Dir(m.File.Path), name+path.Ext(m.File.Path))
}
