package doctor

import (
	"regexp"
	"slices"
	"strings"
)

// passes says why a job that is skipped is dangerous.
const passes = "a job that is skipped counts as passed"

// runs checks that nothing skips the job or the step.
func (g *gate) runs() Check {
	const name = "always-runs"
	c := check(name, Holds, "no condition skips the job or the step").at(g.called.path, g.job.line)
	for _, job := range g.jobs() {
		cond := job.get("if")
		if needs := job.get("needs"); needs != nil && !ignoresNeeds(cond.string()) {
			words, _ := needs.words()
			return check(name, DoesNotHold, "the job needs %s: if that fails or is skipped, this job is skipped, and %s", join(words), passes).
				at(g.path(job), needs.line).fix("take needs out of the job")
		}
		c = worse(c, g.condition(name, g.path(job), cond, passes))
	}
	return worse(c, g.condition(name, g.called.path, g.step.get("if"), "without the step the job passes"))
}

// ignoresNeeds reports whether a condition runs the job whatever became of those
// that it needs.
func ignoresNeeds(cond string) bool {
	s := expression(cond)
	return slices.Contains([]string{"always()", "!cancelled()", "! cancelled()"}, s)
}

// condition judges an if.
func (g *gate) condition(name, path string, n *node, danger string) Check {
	if n == nil || g.alwaysTrue(n.string()) {
		return Check{State: Holds}
	}
	s := expression(n.string())
	const fix = "take the if out: dropgate itself decides what it has to look at"
	if regexp.MustCompile(`\b(?:vars|inputs|secrets|env)\.`).MatchString(s) && !strings.Contains(s, "github.event") {
		return check(name, CannotTell, "it runs only if %s, which only a run can tell", s).at(path, n.line).fix(fix)
	}
	return check(name, DoesNotHold, "it runs only if %s, and %s", s, danger).at(path, n.line).fix(fix)
}

// eventTest is one comparison with the event's name.
var eventTest = regexp.MustCompile(`^github\.event_name\s*(==|!=)\s*'([a-z_]+)'$`)

// alwaysTrue reports whether a condition is met in every run of the gate.
func (g *gate) alwaysTrue(cond string) bool {
	s := expression(cond)
	if slices.Contains([]string{"", "true", "always()", "!cancelled()", "! cancelled()", "success()", "success() || failure()"}, s) {
		return true
	}
	events := append(g.file.events(), "merge_group")
	return !slices.ContainsFunc(events, func(event string) bool { return g.has(event) && !metBy(s, event) })
}

// metBy evaluates comparisons with the event's name, joined by || and &&. What it
// does not understand is not met.
func metBy(cond, event string) bool {
	return slices.ContainsFunc(strings.Split(cond, "||"), func(any string) bool {
		return !slices.ContainsFunc(strings.Split(any, "&&"), func(all string) bool {
			m := eventTest.FindStringSubmatch(strings.TrimSpace(all))
			return len(m) < 3 || (m[2] == event) != (m[1] == "==")
		})
	})
}

// swallowed is a script's call whose exit code something else stands for.
var swallowed = regexp.MustCompile(`(?m)dropgate["']?[ \t]+(?:action|check)\b(?:[^\n|;&\\]|\\\n)*(\|\||\||;|&)`)

// fails checks that a verdict of the step is one of the job.
func (g *gate) fails() Check {
	const name = "fails"
	c := check(name, Holds, "a blocked review fails the job").at(g.called.path, g.step.line)
	for _, n := range append(g.jobs(), g.step) {
		allowed := n.get("continue-on-error")
		value, known := allowed.truth()
		path := g.path(n)
		switch {
		case !known:
			c = worse(c, check(name, CannotTell, "continue-on-error is %s", allowed.string()).at(path, allowed.line).fix("take continue-on-error out"))
		case value:
			return check(name, DoesNotHold, "continue-on-error lets the job pass when dropgate blocks").
				at(path, allowed.line).fix("take continue-on-error out")
		}
	}
	if m := swallowed.FindStringSubmatch(g.run()); m != nil {
		state := CannotTell
		if m[1] == "||" || m[1] == "&" {
			state = DoesNotHold
		}
		c = worse(c, check(name, state, "the script goes on after dropgate with %s: its exit code may be lost", m[1]).
			at(g.called.path, g.step.get("run").at(g.step.line)).fix("let dropgate be the last command, by itself"))
	}
	return c
}

// concurrency checks that no run is cancelled.
func (g *gate) concurrency() Check {
	const name = "concurrency"
	c := check(name, Holds, "no run is cancelled by another").at(g.file.path, g.file.top.get("concurrency").at(1))
	places := []*node{g.file.top}
	places = append(places, g.jobs()...)
	if g.called != g.file {
		places = append(places, g.called.top)
	}
	for _, n := range places {
		path := g.called.path
		if n == g.file.top || n == g.caller {
			path = g.file.path
		}
		c = worse(c, g.concurrencyOf(name, path, n.get("concurrency")))
	}
	return c
}

// concurrencyOf judges one concurrency block, which may be only the group.
func (g *gate) concurrencyOf(name, path string, n *node) Check {
	if n == nil {
		return Check{State: Holds}
	}
	fix := []string{"concurrency:", `  group: dropgate-${{ github.event.number || github.ref }}`, "  cancel-in-progress: false"}
	cancel := n.get("cancel-in-progress")
	value, known := cancel.truth()
	if value {
		return check(name, DoesNotHold, "cancel-in-progress is on: a cancelled run counts as not passed, also after one that passed").
			at(path, cancel.line).fix(fix...)
	}
	group := n.get("group").string()
	if n.scalar {
		group = n.text
	}
	switch each := strings.Contains(group, "${{"); {
	case !each && group != "":
		return check(name, DoesNotHold, "all pull requests share the group %s: GitHub keeps one waiting run and cancels the others", group).
			at(path, n.line).fix(fix...)
	case g.onlyTarget() && !regexp.MustCompile(`github\.(?:event\b|head_ref|run_id)`).MatchString(group) && group != "":
		return check(name, DoesNotHold, "under pull_request_target all pull requests share the group %s: GitHub keeps one waiting run and cancels the others", group).
			at(path, n.line).fix(fix...)
	case !known:
		return check(name, CannotTell, "cancel-in-progress is %s", cancel.string()).at(path, cancel.line).fix(fix...)
	}
	return Check{State: Holds}
}

// commitSHA is the full name of a commit.
var commitSHA = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// pinned checks who can change what the step runs.
func (g *gate) pinned() Check {
	const name = "pinned"
	c := check(name, Holds, "").at(g.called.path, g.step.line)
	uses := g.uses()
	_, ref, _ := strings.Cut(uses, "@")
	switch {
	case uses == "":
		c.State, c.Text = CannotTell, "it is a script: which dropgate it finds is not known here"
		c.Fix = "      - uses: dropgate/dropgate@v1"
	case g.local:
		c.Text = "it is an action of this repository"
	case strings.HasPrefix(uses, "docker://") && strings.HasPrefix(ref, "sha256:"):
		c.Text = "the image is named by its digest"
	case strings.HasPrefix(uses, "docker://"):
		c.Text = "it runs " + uses
		c = c.advice("name the image by its digest (@sha256:…): a tag can be moved")
	case commitSHA.MatchString(ref):
		c.Text = "the action is named by the full SHA of a commit"
	case ref == "":
		c.State, c.Text, c.Fix = DoesNotHold, "the action has no version: GitHub refuses the workflow", "      - uses: dropgate/dropgate@v1"
	default:
		c.Text = "it runs " + uses
		c = c.advice("write the full SHA of a commit after the @: a tag or a branch can be moved")
	}
	return c
}
