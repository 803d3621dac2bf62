package doctor

import (
	"regexp"
	"slices"
	"strings"
)

// neededTypes are the actions on a pull request that have to start a run.
var neededTypes = []string{"opened", "synchronize", "reopened", "labeled", "unlabeled"}

// allTypes are those that the documentation names.
var allTypes = append(slices.Clone(neededTypes), "ready_for_review", "edited")

// defaultTypes are what GitHub takes when nothing is named.
var defaultTypes = []string{"opened", "synchronize", "reopened"}

// triggers checks the actions that start the workflow.
func (g *gate) triggers() Check {
	const name = "triggers"
	c := check(name, Holds, "%s starts it on all that matters", join(g.file.events()))
	for _, event := range g.file.events() {
		types, known := g.types(event)
		c.Path, c.Line = g.file.path, g.file.onLine(event)
		fix := "  " + event + ": {types: [" + join(allTypes) + "]}"
		if !known {
			return check(name, CannotTell, "the types of %s are not a plain list", event).at(c.Path, c.Line).fix("on:", fix)
		}
		if missing := without(neededTypes, types); len(missing) > 0 {
			text := "%s does not start it on %s"
			if slices.Contains(missing, "labeled") {
				text += ": the label has no effect until the next push"
			}
			return check(name, DoesNotHold, text, event, join(missing)).at(c.Path, c.Line).fix("on:", fix)
		}
		if slices.Contains(types, "closed") {
			return g.onClosed(event).at(c.Path, c.Line).fix("on:", fix)
		}
		if missing := without(allTypes, types); len(missing) > 0 {
			c = c.advice("name %s too: whoever changes the base branch of a pull request gets a verdict on the old one", join(missing))
			if !slices.Contains(missing, "edited") {
				c.Advice = "name " + join(missing) + " too"
			}
		}
	}
	return c
}

// onClosed is said of a workflow that is started when a pull request is closed. The
// run's check is on the head, which another pull request may have too; a commit status
// is not set by such a run.
func (g *gate) onClosed(event string) Check {
	const name = "triggers"
	if event == "pull_request_target" {
		return check(name, Holds, "%s starts it on all that matters", join(g.file.events())).
			advice("take closed out of types: that run reviews nothing")
	}
	return check(name, DoesNotHold, "%s starts it on closed: that run reviews nothing and passes, "+
		"and its green check counts for each pull request with the same head", event)
}

// types returns the actions of an event that start the workflow.
func (g *gate) types(event string) (types []string, known bool) {
	n := g.file.on[event].get("types")
	if n == nil {
		return defaultTypes, true
	}
	types, known = n.words()
	return types, known && !slices.ContainsFunc(types, func(s string) bool { return strings.Contains(s, "${{") })
}

func without(all, those []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(those, s) })
}

// filters checks that nothing keeps the workflow from starting.
func (g *gate) filters() Check {
	const name = "filters"
	c := check(name, Holds, "no path and no branch is filtered out").at(g.file.path, g.file.onLine(g.file.events()[0]))
	for _, event := range append(g.file.events(), "merge_group") {
		on := g.file.on[event]
		for _, key := range []string{"paths", "paths-ignore"} {
			if n := on.get(key); n != nil {
				return check(name, DoesNotHold, "%s has %s: a pull request that it filters out waits for the required check for ever", event, key).
					at(g.file.path, n.line).fix("take " + key + " out: a pull request without migrations passes by itself")
			}
		}
		for _, key := range []string{"branches", "branches-ignore"} {
			if found := g.branchFilter(name, event, key); found.State != "" {
				c = worse(c, found)
			}
		}
	}
	return c
}

func worse(a, b Check) Check {
	order := []State{Holds, CannotTell, DoesNotHold}
	if slices.Index(order, b.State) > slices.Index(order, a.State) {
		return b
	}
	return a
}

// branchFilter checks whether a filter leaves the branch in.
func (g *gate) branchFilter(name, event, key string) Check {
	n := g.file.on[event].get(key)
	if n == nil {
		return Check{}
	}
	patterns, ok := n.words()
	fix := "take " + key + " out, or let it have " + g.branch
	if !ok || slices.ContainsFunc(patterns, func(p string) bool { return strings.Contains(p, "${{") }) {
		return check(name, CannotTell, "%s of %s is not a plain list", key, event).at(g.file.path, n.line).fix(fix)
	}
	if selected(patterns, g.branch) == (key == "branches") {
		return Check{}
	}
	return check(name, DoesNotHold, "%s of %s leaves %s out", key, event, g.branch).at(g.file.path, n.line).fix(fix)
}

// selected reports whether the last pattern that fits takes the branch in.
func selected(patterns []string, branch string) bool {
	in := false
	for _, p := range patterns {
		rest, negated := strings.CutPrefix(p, "!")
		if fits(rest, branch) {
			in = !negated
		}
	}
	return in
}

// fits matches GitHub's patterns for branches: * and ? without a slash, ** with,
// ? and + after a character as in regular expressions, and brackets.
func fits(pattern, branch string) bool {
	var b strings.Builder
	b.WriteString("^(?:")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?' || c == '+' || c == '[' || c == ']':
			b.WriteByte(c)
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case c == '-' && strings.Contains(pattern[:i], "["):
			b.WriteByte(c)
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	re, err := regexp.Compile(b.String() + ")$")
	return err == nil && re.MatchString(branch)
}

// queue checks that a merge queue can be served.
func (f Facts) queue(g *gate) Check {
	const name = "merge-queue"
	fix := []string{"on:", "  merge_group:"}
	if n, ok := g.file.on["merge_group"]; ok {
		types, known := n.get("types").words()
		if known && len(types) > 0 && !slices.Contains(types, "checks_requested") {
			return check(name, DoesNotHold, "merge_group has types without checks_requested").at(g.file.path, n.line).fix(fix...)
		}
		return check(name, Holds, "merge_group starts it").at(g.file.path, g.file.onLine("merge_group"))
	}
	c := check(name, CannotTell, "merge_group does not start it; in a merge queue the required check would stay pending for ever").
		at(g.file.path, g.file.top.get("on").at(1)).fix(fix...)
	switch r := f.Remote; {
	case r == nil || !r.RulesKnown:
	case r.MergeQueue:
		c.State, c.Text = DoesNotHold, f.Branch+" has a merge queue, and merge_group does not start it: the required check stays pending for ever"
	case !r.Classic:
		c.State, c.Text, c.Fix = Holds, f.Branch+" has no merge queue", ""
		c = c.advice("add merge_group: under on: before it gets one")
	}
	return c
}
