package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// contexts are the names under which the gate's verdict arrives at a pull request.
// known is false when only a run tells the name of the job's check.
func (g *gate) contexts() (names []string, known bool) {
	if s := g.status(); s != "" {
		names = append(names, s)
		if strings.Contains(s, "${{") {
			return nil, false
		}
	}
	// Such a run belongs to the base's commit: its check is not the pull request's.
	if g.onlyTarget() {
		return names, true
	}
	own, known := g.checkNames()
	return append(names, own...), known
}

// checkNames are those of the job's checks, without a status.
func (g *gate) checkNames() (names []string, known bool) {
	names, known = jobNames(g.job, g.inner)
	if g.caller == nil || !known {
		return names, known
	}
	outer, known := jobNames(g.caller, g.id)
	var all []string
	for _, o := range outer {
		for _, n := range names {
			all = append(all, o+" / "+n)
		}
	}
	return all, known
}

// jobNames returns the names of a job's checks: its name or ID, and with a matrix
// one for each of its combinations.
func jobNames(job *node, id string) (names []string, known bool) {
	name := id
	if n := job.get("name"); n.string() != "" {
		name = n.string()
	}
	if strings.Contains(name, "${{") {
		return nil, false
	}
	matrix := job.get("strategy").get("matrix")
	if matrix == nil {
		return []string{name}, true
	}
	combinations := []string{""}
	for _, key := range matrix.keys {
		words, ok := matrix.get(key).words()
		if !ok || !matrix.get(key).isList || len(combinations)*len(words) > 100 {
			return nil, false
		}
		var next []string
		for _, c := range combinations {
			for _, w := range words {
				next = append(next, strings.TrimPrefix(c+", "+w, ", "))
			}
		}
		combinations = next
	}
	for _, c := range combinations {
		names = append(names, name+" ("+c+")")
	}
	return names, len(matrix.keys) > 0
}

// requires reports whether the branch is known to require the gate.
func (f Facts) requires(g *gate) bool {
	if f.Remote.requiredFlow(g.file.path) {
		return true
	}
	names, known := g.contexts()
	_, found := f.match(names)
	return known && found
}

// match returns the required check of one of the names.
func (f Facts) match(names []string) (RequiredCheck, bool) {
	for _, c := range f.Remote.checks() {
		if slices.Contains(names, c.Context) {
			return c, true
		}
	}
	return RequiredCheck{}, false
}

// required checks that the branch cannot be merged into without the verdict.
func (f Facts) required(g *gate) Check {
	const name = "required"
	if g == nil {
		return check(name, CannotTell, "without a workflow there is no check that %s could require", f.Branch)
	}
	names, known := g.contexts()
	c := check(name, CannotTell, "").at(g.called.path, g.job.line)
	switch found, ok := f.match(names); {
	case f.Remote.requiredFlow(g.file.path):
		c.State, c.Text = Holds, "a ruleset requires this workflow on "+f.Branch
		return c
	case !known:
		c.Text = "only a run tells the name of its check"
		return c.fix("give the job a plain name, without ${{ }} and without a matrix")
	case ok:
		return f.requiredBy(c, found)
	case f.Remote == nil:
		c.Text = fmt.Sprintf("whether %s requires the check %s: %s", f.Branch, quoted(names), f.WhyNot)
		return c.fix(f.ask())
	case !f.Remote.allChecks():
		c.Text = fmt.Sprintf("what is visible of %s's rules does not require the check %s: %s", f.Branch, quoted(names), f.hidden())
		return c.fix("look under Settings, Branches, whether " + quoted(names) + " is required")
	}
	return f.notRequired(c, g, names)
}

// hidden says which rules could not be seen.
func (f Facts) hidden() string {
	if !f.Remote.RulesKnown {
		return f.Remote.RulesError
	}
	return f.Remote.ClassicError
}

// requiredBy says what is known of the rule that requires the gate.
func (f Facts) requiredBy(c Check, found RequiredCheck) Check {
	c.State, c.Text = Holds, fmt.Sprintf("%s requires the check %s", f.Branch, found.Context)
	switch {
	case found.App == 0:
		return c.advice("choose GitHub Actions as the source of the check: any app and any token with statuses: write can report it now")
	case found.App > 0 && found.App != actionsApp && !f.Remote.OtherGitHub:
		c.State = CannotTell
		c.Text += fmt.Sprintf(", and takes it from the app %d only, which is not GitHub Actions", found.App)
		return c.fix("choose GitHub Actions as the source of the check")
	}
	return c
}

func (f Facts) notRequired(c Check, g *gate, names []string) Check {
	c.State = DoesNotHold
	var others []string
	for _, o := range f.Remote.checks() {
		others = append(others, o.Context)
	}
	c.Text = fmt.Sprintf("%s does not require the check %s: it is only red", f.Branch, quoted(names))
	if len(others) > 0 {
		c.Text += fmt.Sprintf(" (required are %s)", quoted(others))
	}
	if own, _ := g.checkNames(); g.onlyTarget() && slices.ContainsFunc(own, func(n string) bool { return slices.Contains(others, n) }) {
		c.Text += "; under pull_request_target the job's own check belongs to another commit, so require the status"
	}
	return c.fix(f.rulesetCommand(g, names[0])...)
}

// rulesetCommand makes a ruleset. A name that a shell would read otherwise is left
// to people.
func (f Facts) rulesetCommand(g *gate, context string) []string {
	if f.Repository == "" || strings.ContainsFunc(context+f.Branch, unsafe) {
		return []string{"Settings, Rules, New branch ruleset: target " + f.Branch + ", require status checks to pass, and add the check"}
	}
	app := ""
	if !f.Remote.OtherGitHub && g.status() == "" {
		app = fmt.Sprintf(`,"integration_id":%d`, actionsApp) // nobody else can report it then
	}
	rule := `{"type":"required_status_checks","parameters":{"strict_required_status_checks_policy":false,` +
		`"required_status_checks":[{"context":"` + context + `"` + app + `}]}}`
	return []string{
		"gh api -X POST repos/" + f.Repository + "/rulesets --input - <<'EOF'",
		`{"name":"dropgate","target":"branch","enforcement":"active",`,
		` "conditions":{"ref_name":{"include":["refs/heads/` + f.Branch + `"],"exclude":[]}},`,
		` "rules":[` + rule + `]}`,
		"EOF",
	}
}

// unsafe reports what a shell may read as more than a character.
func unsafe(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune("\"'\\$`!;&|<>()", r) }

func quoted(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = `"` + n + `"`
	}
	return strings.Join(all, ", ")
}

// unique checks that no other job reports under the gate's name: the newest check
// of a name counts.
func (f Facts) unique(g *gate) Check {
	const name = "unique-name"
	names, known := g.contexts()
	if !known {
		return check(name, CannotTell, "only a run tells the name of its check")
	}
	for _, file := range f.Workflows {
		w := parseWorkflow(file)
		if w.err != nil {
			continue
		}
		for _, id := range jobIDs(w.top) {
			job := w.top.get("jobs").get(id)
			same := w.path == g.file.path && id == g.id
			others, _ := jobNames(job, id)
			clash := slices.ContainsFunc(others, func(o string) bool { return slices.Contains(names, o) })
			if clash && !same && job.get("uses") == nil {
				return check(name, DoesNotHold, "another job has the same name, and the newest check of a name counts").
					at(w.path, job.line).fix("give one of the two another name")
			}
		}
	}
	return check(name, Holds, "no other job reports as %s", quoted(names)).at(g.called.path, g.job.line)
}

// bypass checks who can merge all the same.
func (f Facts) bypass(g *gate) Check {
	const name = "bypass"
	r := f.Remote
	names, _ := g.contexts()
	byRule := r != nil && slices.ContainsFunc(r.RuleChecks, func(c RequiredCheck) bool { return slices.Contains(names, c.Context) })
	byClassic := r != nil && slices.ContainsFunc(r.ClassicChecks, func(c RequiredCheck) bool { return slices.Contains(names, c.Context) })
	switch {
	case r == nil:
		return check(name, CannotTell, "who may merge without the check: %s", f.WhyNot).fix(f.ask())
	case byRule || r.requiredFlow(g.file.path):
		return check(name, CannotTell, "a ruleset's bypass list is shown to administrators only; whoever is on it merges without the check").
			fix("look under Settings, Rules: the bypass list should be empty")
	case byClassic && r.AdminsKnown && r.Admins:
		return check(name, Holds, "the protection of %s counts for administrators too", f.Branch)
	case byClassic && r.AdminsKnown:
		fix := "Settings, Branches: do not allow bypassing the settings above"
		if !strings.ContainsFunc(f.Branch, unsafe) && !strings.Contains(f.Branch, "/") {
			fix = "gh api -X POST repos/" + f.Repository + "/branches/" + f.Branch + "/protection/enforce_admins"
		}
		return check(name, DoesNotHold, "administrators may merge into %s without the check", f.Branch).fix(fix)
	}
	return check(name, CannotTell, "no rule is visible that requires the check")
}
