package doctor

import (
	"regexp"
	"strings"
)

// CodeOwnerPaths are where GitHub looks for the file; the first one counts.
var CodeOwnerPaths = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// maxOwners is GitHub's limit; a larger file counts as none.
const maxOwners = 3 << 20

// owners returns the owners of a path: those of the last pattern that fits.
func owners(data []byte, path string) []string {
	if len(data) > maxOwners {
		return nil
	}
	var all []string
	for line := range strings.Lines(string(data)) {
		if i := strings.Index(line, "#"); i == 0 || i > 0 && (line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
		}
		words := strings.Fields(line)
		if len(words) > 0 && owns(words[0], path) {
			all = words[1:]
		}
	}
	return all
}

// owns matches a pattern of CODEOWNERS, which is one of .gitignore without ! and
// brackets, and in which a trailing /* takes no deeper folders.
func owns(pattern, path string) bool {
	if strings.HasPrefix(pattern, "!") || strings.ContainsAny(pattern, "[]\\") {
		return false // GitHub skips such a line
	}
	anchored := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	folder := strings.HasSuffix(pattern, "/")
	direct := strings.HasSuffix(pattern, "/*")
	pattern = strings.Trim(pattern, "/")
	var b strings.Builder
	b.WriteString("^")
	if !anchored {
		b.WriteString("(?:.*/)?")
	}
	for i := 0; i < len(pattern); i++ {
		switch {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case pattern[i] == '*':
			b.WriteString("[^/]*")
		case pattern[i] == '?':
			b.WriteString("[^/]")
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	switch {
	case folder:
		b.WriteString("/.+$")
	case direct:
		b.WriteString("$")
	default:
		b.WriteString("(?:/.+)?$")
	}
	re, err := regexp.Compile(b.String())
	return err == nil && re.MatchString(path)
}
