package migration

import (
	"path"
	"regexp"
	"strings"
)

// languages are what migrations are written in besides SQL, by their suffix.
var languages = map[string]string{
	".rb": "Ruby", ".py": "Python", ".java": "Java", ".kt": "Kotlin", ".scala": "Scala", ".groovy": "Groovy",
	".js": "JavaScript", ".cjs": "JavaScript", ".mjs": "JavaScript", ".ts": "TypeScript", ".php": "PHP",
	".go": "Go", ".exs": "Elixir", ".cs": "C#", ".xml": "XML", ".yaml": "YAML", ".yml": "YAML",
}

// programs are where tools look for migrations that are programs, or changelogs.
var programs = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?:^|/)migrat(?:e|ions?)/(?:.*/)?(?:v?\d{3,}|m\d{6}_|version\d)[^/]*\.(?:rb|py|go|java|kt|[cm]?js|ts|php|exs|cs)$`),
	regexp.MustCompile(`(?:^|/)(?:V\d[\d._]*|R)__\w+\.(?:java|kt|scala|groovy)$`),
	regexp.MustCompile(`(?:^|/)(?:alembic|migrations)/versions/[^/_][^/]*\.py$`),
	regexp.MustCompile(`(?i)(?:^|/)(?:db|liquibase)/(?:.*/)?[^/]*change-?log[^/]*(?:/[^/]+)*\.(?:xml|ya?ml)$`),
}

// noProgram is beside migrations and is none.
var noProgram = regexp.MustCompile(`(?i)(?:_test\.go|[._](?:spec|test)\.\w+|\.d\.ts|\.designer\.cs)$`)

// Language returns what a migration that is no SQL is written in, by the path of the
// file; "" if it looks like none. Nothing of such a file is read.
func Language(name string) string {
	if noProgram.MatchString(name) {
		return ""
	}
	for _, p := range programs {
		if p.MatchString(name) {
			return languages[strings.ToLower(path.Ext(name))]
		}
	}
	return ""
}
