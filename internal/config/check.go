package config

import (
	"cmp"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// A check says what a text has to be.
type check struct {
	needs []need
	// keep returns a text that meets them as it is kept, and what is wrong with it or
	// "". It may be nil.
	keep func(string) (kept, problem string)
}

// A need is a pattern that a text matches, and what to say of one that does not. The
// schema for editors has them too, so they mean the same to Go and to ECMAScript with
// the flag u.
type need struct {
	pattern, must string
	compiled      *regexp.Regexp
}

func needed(pattern, must string) need { return need{pattern, must, regexp.MustCompile(pattern)} }

// verify returns a text as it is kept, and what is wrong with it or "".
func (c check) verify(s string) (kept, problem string) {
	problem = unmet(c.needs, s)
	if problem != "" || c.keep == nil {
		return s, problem
	}
	return c.keep(s)
}

// unmet is what the first need says that a text does not meet; "" if it meets all.
func unmet(needs []need, s string) string {
	for _, n := range needs {
		if !n.compiled.MatchString(s) {
			return n.must
		}
	}
	return ""
}

// Characters inside a class.
const (
	control = `\x00-\x1f\x7f-\x9f`
	space   = `\t-\r\x85 ` + "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
)

const (
	segment   = `(?:[^/.]|\.[^/.]|\.\.[^/])[^/]*|\.?` // of a path: any but ..
	named     = `(?:[^/.]|\.[^/])[^/]*`               // any but . and the empty one
	slashOnly = "must have / between folders"
)

var (
	notEmpty = needed(`[\s\S]`, "must not be empty")
	relative = needed(`^(?:[^/A-Za-z]|[A-Za-z](?:[^:]|$))`, "must be relative to the repository's top folder")
	inside   = needed(`^(?:`+segment+`)(?:/(?:`+segment+`))*$`, "must not leave the repository with ..")
	oneRow   = needed(`^[^`+control+`]*$`, "must be one line")
)

// What a backslash escapes in a glob is neither a letter nor a part of a path: that
// would be a path as Windows writes it.
var globNeeds = []need{
	notEmpty,
	needed(`^[^!]`, "must not be negated: list it under exclude"),
	needed(`^(?:[^\\]|\\[^\p{L}\p{N}_./])*\\?$`, slashOnly),
	relative, inside, oneRow,
	needed(`^(?:\./+)*(?:\.|`+named+`(?:/`+named+`)*)?/*$`, "can match nothing: no path has // or /./ in it"),
}

var (
	filePath = check{
		needs: []need{notEmpty, relative, inside, oneRow, needed(`^[^\\]*$`, slashOnly)},
		keep:  func(s string) (string, string) { return path.Clean(s), "" },
	}
	glob      = check{globNeeds, keepGlob}
	labelName = check{needs: []need{
		needed(`[^`+space+`]`, "must not be empty"),
		needed(trimmed, "must be one line without spaces around it"),
		needed(`^[^,]*$`, "must not hold a comma"),
		needed(`^[\s\S]{0,50}$`, "must have at most 50 characters"), // GitHub's limit
	}}
	oneLine  = check{needs: []need{needed(trimmed, "must be one line of text without spaces around it")}}
	workflow = check{needs: []need{
		needed(`^[^/\\\p{C}]+\.ya?ml$`, "must be the name of a file in .github/workflows, as in restore-drill.yml"),
	}}
	labeler = check{needs: []need{
		needed("^(?:"+login+"|"+team+")$", "must be a login, @org/team, triage, write, maintain or admin"),
	}}
)

const trimmed = `^[^` + space + control + `](?:[^` + control + `]*[^` + space + control + `])?$`

// A login has up to 39 characters; managed users have an underscore, apps end
// with [bot].
const (
	login = `[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:\[bot\])?`
	team  = `@[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}`
)

// keepGlob takes a leading "./" off; "." is everything.
func keepGlob(s string) (kept, problem string) {
	kept = strings.TrimRight(s, "/")
	for strings.HasPrefix(kept, "./") {
		kept = strings.TrimLeft(kept[1:], "/")
	}
	switch {
	case kept == "" || kept == ".":
		return "**", ""
	case !doublestar.ValidatePattern(kept):
		return s, "must be a valid glob: a bracket, a brace or a backslash is left open"
	case kept != s:
		problem = unmet(globNeeds, kept) // it begins otherwise now
	}
	return kept, problem
}

// maxDuration keeps sums far from overflow.
const maxDuration = 10 * 365 * 24 * time.Hour

// durationPattern is what parseDuration reads, save for the limit.
const durationPattern = `^(?:[0-9]{1,4}w)?(?:[0-9]{1,4}d)?(?:\+?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+))?$`

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
