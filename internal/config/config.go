// Package config reads and checks dropgate's configuration file, .dropgate.yml.
// Whatever is wrong in it is an error with its line and column: a policy that is
// misread would be a gate that only looks like one.
package config

import (
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/dropgate/dropgate/internal/gate"
)

// A Config is what a repository asks for. Its fields are named after the file's
// keys. Patterns are doublestar globs over slash-separated paths that are
// relative to the repository's top folder; a pattern also matches everything
// below what it names, so "db/seeds" and "db/seeds/**" mean the same.
type Config struct {
	Paths           []string     // what is reviewed; empty: found by format
	Exclude         []string     // what is not, also where Paths has it
	Formats         []FormatRule // in the file's order
	Schema          string       // path of a dump as the history's baseline; empty: none
	PostgresVersion int          // major version, 10–18
	Threshold       int          // 1–100
	Label           string       // the acknowledgement label's name
	Comment         Comment
	Acknowledgement Acknowledgement
	Backup          Backup
	Rules           map[string]RuleSetting // by rule ID; nil or partial: as the rules are
	Ignores         Ignores

	places map[string]string // "path:line:column" of the keys that the file sets
}

// A FormatRule names the migration tool of the files that a pattern matches.
type FormatRule struct{ Pattern, Format string }

// Comment says what is posted to a pull request.
type Comment string

// The values of comment.
const (
	CommentReview  Comment = "review"  // a summary, and a comment on each blocking line
	CommentSummary Comment = "summary" // the summary only
	CommentOff     Comment = "off"
)

// An Acknowledgement says whose label counts, and for how long.
type Acknowledgement struct {
	SecondPerson     bool          // the author and the committers of the change do not count
	Labelers         []string      // logins, @org/team, or a least role: triage, write, maintain, admin
	MaxAge           time.Duration // 0: no limit
	RemoveStaleLabel bool
}

// Evidence says where the proof of a backup comes from.
type Evidence string

// The values of backup.evidence.
const (
	EvidenceNone     Evidence = "none"
	EvidenceWorkflow Evidence = "workflow" // a successful run of Backup.Workflow
	EvidenceStatus   Evidence = "status"   // a successful commit status Backup.Status
)

// A Backup says what proof of a backup the label needs.
type Backup struct {
	Evidence Evidence
	Workflow string        // file name of a workflow
	Status   string        // context of a commit status
	MaxAge   time.Duration // more than 0
}

// policy returns what evidence the gate asks for.
func (b Backup) policy() gate.ProofPolicy {
	switch b.Evidence {
	case EvidenceWorkflow:
		return gate.ProofPolicy{Evidence: gate.ByWorkflow, Name: b.Workflow, MaxAge: b.MaxAge}
	case EvidenceStatus:
		return gate.ProofPolicy{Evidence: gate.ByStatus, Name: b.Status, MaxAge: b.MaxAge}
	}
	return gate.ProofPolicy{}
}

// A RuleSetting turns a rule off or shifts its scores.
type RuleSetting struct {
	Off   bool
	Score int      // added to the score, -100–100
	Paths []string // where Score is added; empty: everywhere
}

// Ignores says what ignore comments may do.
type Ignores struct {
	// FromPullRequest lets an ignore comment that the pull request itself adds
	// lift a blocking finding.
	FromPullRequest bool
}

// Default returns the configuration of a repository without a file.
func Default() Config {
	return Config{
		PostgresVersion: 16,
		Threshold:       60,
		Label:           "backup-check",
		Comment:         CommentReview,
		Acknowledgement: Acknowledgement{RemoveStaleLabel: true},
		Backup:          Backup{EvidenceNone, "restore-drill.yml", "backup/restore-drill", 24 * time.Hour},
	}
}

// Includes reports whether a path is to be reviewed: exclude does not match it,
// and paths does or is empty. Whether it is a migration at all is another question.
func (c Config) Includes(path string) bool {
	if matchesAny(c.Exclude, path) {
		return false
	}
	return len(c.Paths) == 0 || matchesAny(c.Paths, path)
}

// FormatOf returns the migration tool that formats gives a path, or "" for
// none. Where several patterns match, the last one counts, as in .gitattributes,
// .editorconfig and CODEOWNERS: the general ones first, the exceptions below.
func (c Config) FormatOf(path string) string {
	format := ""
	for _, rule := range c.Formats {
		if matches(rule.Pattern, path) {
			format = rule.Format
		}
	}
	return format
}

// Applies reports whether the setting's Score counts for a file.
func (s RuleSetting) Applies(path string) bool {
	return len(s.Paths) == 0 || matchesAny(s.Paths, path)
}

// Policy returns what the gate has to know.
func (c Config) Policy() gate.Policy {
	return gate.Policy{
		Threshold: c.Threshold, Label: c.Label,
		SecondPerson: c.Acknowledgement.SecondPerson, MaxAge: c.Acknowledgement.MaxAge,
		Proof: c.Backup.policy(), Labelers: gate.ParseLabelers(c.Acknowledgement.Labelers),
	}
}

// Place returns where the file sets a key, as "path:line:column"; empty where it
// does not.
func (c Config) Place(key string) string { return c.places[key] }

func matchesAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if matches(p, path) {
			return true
		}
	}
	return false
}

// matches reports whether a pattern names the path or a folder above it.
func matches(pattern, path string) bool {
	pattern = strings.TrimSuffix(pattern, "/")
	return doublestar.MatchUnvalidated(pattern, path) || doublestar.MatchUnvalidated(pattern+"/**", path)
}
