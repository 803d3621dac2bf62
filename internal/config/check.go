package config

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// drive is how an absolute path begins on Windows.
var drive = regexp.MustCompile(`^[A-Za-z]:`)

// filePath checks the path of one file.
func filePath(s string) (kept, problem string) {
	switch {
	case s == "":
		return s, "must not be empty"
	case strings.HasPrefix(s, "/") || drive.MatchString(s):
		return s, "must be relative to the repository's top folder"
	case slices.Contains(strings.Split(s, "/"), ".."):
		return s, "must not leave the repository with .."
	case strings.ContainsFunc(s, unicode.IsControl):
		return s, "must be one line"
	case strings.Contains(s, `\`):
		return s, "must have / between folders"
	}
	return path.Clean(s), ""
}

// pattern checks a glob. A leading "./" is taken off; "." is everything.
func pattern(s string) (kept, problem string) {
	switch {
	case strings.HasPrefix(s, "!"):
		return s, "must not be negated: list it under exclude"
	case escapedLetter.MatchString(s):
		return s, "must have / between folders"
	}
	if _, problem = filePath(strings.ReplaceAll(s, `\`, "")); problem != "" {
		return s, problem
	}
	if !doublestar.ValidatePattern(s) {
		return s, "must be a valid glob: a bracket, a brace or a backslash is left open"
	}
	for strings.HasPrefix(s, "./") {
		s = strings.TrimLeft(s[1:], "/")
	}
	if s = strings.TrimRight(s, "/"); s == "" || s == "." {
		s = "**"
	}
	return s, ""
}

// escapedLetter is a backslash that escapes nothing: a path as Windows writes it.
var escapedLetter = regexp.MustCompile(`\\[\pL\pN_.]`)

// maxLabel is GitHub's limit, in characters.
const maxLabel = 50

func label(s string) (kept, problem string) {
	switch {
	case strings.TrimSpace(s) == "":
		return s, "must not be empty"
	case s != strings.TrimSpace(s) || strings.ContainsFunc(s, unicode.IsControl):
		return s, "must be one line without spaces around it"
	case strings.Contains(s, ","):
		return s, "must not hold a comma"
	case utf8.RuneCountInString(s) > maxLabel:
		return s, "must have at most " + strconv.Itoa(maxLabel) + " characters"
	}
	return s, ""
}

func oneLine(s string) (kept, problem string) {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return s, "must be one line of text without spaces around it"
	}
	return s, ""
}

var workflowName = regexp.MustCompile(`^[^/\\\pC]+\.ya?ml$`)

func workflow(s string) (kept, problem string) {
	if !workflowName.MatchString(s) {
		return s, "must be the name of a file in .github/workflows, as in restore-drill.yml"
	}
	return s, ""
}

// A login has up to 39 characters; managed users have an underscore, apps end
// with [bot].
var (
	login = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:\[bot\])?$`)
	team  = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$`)
)

func labeler(s string) (kept, problem string) {
	if login.MatchString(s) || team.MatchString(s) {
		return s, ""
	}
	return s, "must be a login, @org/team, triage, write, maintain or admin"
}

// maxDuration keeps sums far from overflow.
const maxDuration = 10 * 365 * 24 * time.Hour

var longUnits = regexp.MustCompile(`^(?:(\d{1,4})w)?(?:(\d{1,4})d)?`)

// parseDuration reads Go's durations, and weeks and days (of 24 hours) before them.
func parseDuration(s string) (d time.Duration, problem string) {
	const unclear = "must be a duration, as in 24h, 7d or 2w"
	if strings.HasPrefix(s, "-") {
		return 0, "must not be negative"
	}
	found := longUnits.FindStringSubmatch(s)
	rest := s[len(found[0]):]
	if rest != "" {
		var err error
		if d, err = time.ParseDuration(rest); err != nil || strings.HasPrefix(rest, "-") {
			return 0, unclear
		}
	} else if s == "" {
		return 0, unclear
	}
	weeks, _ := strconv.Atoi(cmp.Or(found[1], "0")) // at most four digits
	days, _ := strconv.Atoi(cmp.Or(found[2], "0"))
	long := time.Duration(7*weeks+days) * 24 * time.Hour
	if d > maxDuration || long > maxDuration-d {
		return 0, "must be at most ten years"
	}
	return long + d, ""
}
