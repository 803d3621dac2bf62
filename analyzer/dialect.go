package analyzer

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
)

// overlooked returns how many statements of a migration count as not read. One
// whose path says that it is for another database may have made and left on
// PostgreSQL what it says, or nothing of it: in its schema no name counts as absent.
func overlooked(m *migration.Migration, unread int) int {
	if m.Foreign() {
		unread++
	}
	return unread
}

// hint adds to a judgement what the file says of its dialect. It takes nothing
// away: whatever a file looks like, it is reviewed.
func hint(d migration.Dialect, o op.Operation, j *Judgement, remedy string) {
	u, ok := o.(*op.Unread)
	unread := ok && !u.Body
	if d.Name == "" || !unread && !d.ByPath {
		return
	}
	if !unread {
		if j.Remedy == "" {
			j.Remedy = remedy
		}
		j.Remedy = fmt.Sprintf("%s\n\nThe file is named as one for %s. If it never runs on PostgreSQL, leave it out in .dropgate.yml:\n\n  %s",
			j.Remedy, d.Name, excludes(d))
		return
	}
	j.Message = fmt.Sprintf("%s. The file looks like %s (%s).", strings.TrimSuffix(j.Message, "."), d.Name, d.Why)
	if d.Exclude == "" {
		return
	}
	j.Remedy = fmt.Sprintf("If the file never runs on PostgreSQL, leave it out in .dropgate.yml:\n\n  %s\n\nIf it does, mend what PostgreSQL cannot read.",
		excludes(d))
}

// hintQueries adds to a judgement that the file looks like an application's queries,
// which the pattern leaves out. It takes nothing away either.
func hintQueries(pattern string, j *Judgement, remedy string) {
	if pattern == "" {
		return
	}
	j.Remedy = fmt.Sprintf("The file looks like queries that sqlc generates code from. If no migration runs them, leave them out in .dropgate.yml:\n\n  %s\n\n%s",
		exclude(pattern), cmp.Or(j.Remedy, remedy))
}

// excludes returns the line of the config that leaves the files out.
func excludes(d migration.Dialect) string { return exclude(d.Exclude) }

func exclude(pattern string) string { return "exclude: [" + strconv.Quote(pattern) + "]" }
