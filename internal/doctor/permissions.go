package doctor

import (
	"slices"
	"strings"
)

// levels order what a permission can be.
var levels = []string{"none", "read", "write"}

// A need is a permission that dropgate asks for.
type need struct{ scope, level, why string }

func (f Facts) needs(g *gate) []need {
	all := []need{
		{"contents", "read", "it cannot read the changed files"},
		{"pull-requests", "write", "it cannot post, and without its own comment a label only covers the run that it starts"},
	}
	if g.status() != "" {
		all = append(all, need{"statuses", "write", "it cannot set the commit status " + g.status()})
	}
	if f.Evidence == "workflow" {
		all = append(all, need{"actions", "read", "it cannot see the runs of the workflow that backup.evidence asks for"})
	}
	return all
}

// permissions checks what the job's token may do.
func (f Facts) permissions(g *gate) Check {
	const name = "permissions"
	needs := f.needs(g)
	if g.run() != "" && !strings.Contains(g.run(), "dropgate action") {
		return check(name, Holds, "dropgate check asks nothing of the token").at(g.called.path, g.step.line)
	}
	if token := g.input("github-token"); token != "" && !ownToken(token) {
		return check(name, CannotTell, "the step has a token of its own: %s", token).at(g.called.path, g.step.get("with").at(g.step.line)).
			fix("give that token " + listOf(needs) + ", or leave github-token out")
	}
	blocks := []*node{effective(g.job, g.called.top)}
	paths := []string{g.called.path}
	if g.caller != nil {
		blocks, paths = append(blocks, effective(g.caller, g.file.top)), append(paths, g.file.path)
	}
	fix := append([]string{"permissions:"}, yamlOf(needs)...)
	said := false
	for i, b := range blocks {
		if b == nil {
			continue
		}
		said = true
		if c := f.permissionBlock(name, paths[i], b, needs); c.State != Holds {
			return c.fix(fix...)
		}
	}
	if !said {
		return check(name, CannotTell, "the workflow names no permissions: the token has what the repository's settings give").
			at(g.called.path, g.job.line).fix(fix...)
	}
	return check(name, Holds, "the token may do what dropgate asks for").at(paths[0], blocks[0].at(g.job.line))
}

// ownToken reports whether a value is the job's own token.
func ownToken(s string) bool {
	s = expression(s)
	return s == "github.token" || strings.EqualFold(s, "secrets.GITHUB_TOKEN")
}

// effective is the block that counts for a job: its own, or the workflow's.
func effective(job, top *node) *node {
	if own := job.get("permissions"); own != nil {
		return own
	}
	return top.get("permissions")
}

// permissionBlock checks one block, in any of its shapes.
func (f Facts) permissionBlock(name, path string, b *node, needs []need) Check {
	if b.scalar && b.text == "write-all" {
		return Check{State: Holds}
	}
	if strings.Contains(b.text, "${{") {
		return check(name, CannotTell, "permissions is %s", b.text).at(path, b.line)
	}
	for _, n := range needs {
		has := "none"
		switch {
		case b.scalar && b.text == "read-all":
			has = "read"
		case b.get(n.scope) != nil:
			has = b.get(n.scope).string()
		}
		if slices.Index(levels, has) < slices.Index(levels, n.level) {
			return check(name, DoesNotHold, "%s is %s, not %s: %s", n.scope, has, n.level, n.why).at(path, b.get(n.scope).at(b.line))
		}
	}
	return Check{State: Holds}
}

func yamlOf(needs []need) []string {
	var lines []string
	for _, n := range needs {
		lines = append(lines, "  "+n.scope+": "+n.level)
	}
	return lines
}

func listOf(needs []need) string {
	var words []string
	for _, n := range needs {
		words = append(words, n.scope+": "+n.level)
	}
	return join(words)
}
