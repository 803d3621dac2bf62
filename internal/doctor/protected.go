package doctor

import "strings"

// protected checks whether a pull request can change what judges it.
func (f Facts) protected(g *gate) Check {
	const name = "workflow-protected"
	path := g.file.path
	c := check(name, Holds, "").at(path, 0)
	switch {
	case f.Remote.requiredFlow(path):
		c.Text = "a ruleset requires the workflow, and takes it from the branch that the ruleset names"
		return c
	case g.onlyTarget():
		c.Text = "under pull_request_target the workflow comes from the default branch"
		if g.local && g.checksOut("head") {
			c.State, c.Text = DoesNotHold, "it runs an action out of the pull request's own code, with a token that may write"
			c = c.fix("uses: dropgate/dropgate@ and a full SHA, and no checkout")
		}
		return c
	case g.local:
		c.State, c.Text = DoesNotHold, "the action stands in this repository: a pull request can change it, and is judged by its own version"
		return c.fix("uses: dropgate/dropgate@ and a full SHA, in place of " + g.uses())
	}
	return f.ownersProtect(c, path)
}

// checksOut reports whether a step before takes a ref with that word.
func (g *gate) checksOut(word string) bool {
	for _, s := range g.before {
		if strings.HasPrefix(s.get("uses").string(), "actions/checkout") && strings.Contains(s.get("with").get("ref").string(), word) {
			return true
		}
	}
	return false
}

// ownersProtect checks for the review of a code owner.
func (f Facts) ownersProtect(c Check, path string) Check {
	const risk = "under pull_request a pull request can change the workflow itself into one that always passes"
	fix := []string{
		"either run it under pull_request_target and require the status dropgate (docs/github-action.md),",
		"or own the workflows in .github/CODEOWNERS and require the review of code owners:",
		"  /.github/ @YOUR-ORG/YOUR-TEAM",
	}
	owned := f.CodeOwners != nil && len(owners(f.CodeOwners.Data, path)) > 0
	asked, known := f.codeOwnerReview()
	switch {
	case owned && asked:
		c.Text = f.CodeOwners.Path + " covers it, and " + f.Branch + " requires the review of code owners"
		return c
	case !owned && f.Remote != nil && f.Remote.RulesKnown && len(f.Remote.RuleFlows) == 0:
		c.State, c.Text = DoesNotHold, risk+", and no code owner has to see it"
	case !owned && f.Remote != nil && len(f.Remote.RuleFlows) > 0:
		c.State, c.Text = CannotTell, risk+"; the workflow that a ruleset requires stands elsewhere"
	case owned && known:
		c.State, c.Text = DoesNotHold, risk+": "+f.CodeOwners.Path+" covers it, and "+f.Branch+" does not require the review of code owners"
	case owned:
		c.State, c.Text = CannotTell, f.CodeOwners.Path+" covers it; whether "+f.Branch+" requires the review of code owners: "+f.whyHidden()
		if f.Remote == nil {
			return c.fix(f.ask())
		}
	case f.Remote == nil:
		c.State, c.Text = CannotTell, risk+", and no code owner has to see it; a required workflow could stand in the way: "+f.WhyNot
	default:
		c.State, c.Text = CannotTell, risk+", and no code owner has to see it; "+f.whyHidden()
	}
	return c.fix(fix...)
}

func (f Facts) whyHidden() string {
	if f.Remote == nil {
		return f.WhyNot
	}
	return f.hidden()
}

// codeOwnerReview reports whether the branch asks for the review of a code owner.
func (f Facts) codeOwnerReview() (asked, known bool) {
	r := f.Remote
	if r == nil {
		return false, false
	}
	asked = r.RuleReview || r.ClassicReview
	return asked, asked || r.RulesKnown && (!r.Classic || r.ReviewKnown)
}

// config checks that the action can use the config.
func (f Facts) config() Check {
	const name, path = "config", ".dropgate.yml"
	switch {
	case f.ConfigError != "":
		return check(name, DoesNotHold, "every run ends with exit code 2: %s", f.ConfigError).at(path, 0)
	case f.Config:
		return check(name, Holds, "it can be read").at(path, 0)
	case f.Misnamed != "":
		return check(name, DoesNotHold, "it is not read: the config is %s, and the defaults are in force without it", path).
			at(f.Misnamed, 0).fix("git mv " + f.Misnamed + " " + path)
	}
	return check(name, Holds, "there is none: the defaults are in force")
}

// labelExists checks that the label can be put on. No operation that the gate
// relies on lists a repository's labels.
func (f Facts) labelExists() Check {
	const name = "label"
	if f.Remote != nil && f.Remote.LabelSeen {
		return check(name, Holds, "the label %s exists", f.Label)
	}
	fix := "create the label under Issues, Labels"
	if !strings.ContainsFunc(f.Label, unsafe) {
		fix = `gh label create "` + f.Label + `" --color B60205 --description "A restorable backup exists"`
	}
	why := f.WhyNot
	if f.Remote != nil {
		why = "the latest merged pull request does not have it, and dropgate asks for no list of all labels"
	}
	return check(name, CannotTell, "whether the label %s exists: %s", f.Label, why).fix(fix)
}

// labelers says whose label counts.
func (f Facts) labelers() Check {
	const name = "labelers"
	switch {
	case len(f.Labelers) > 0:
		return check(name, Holds, "only the label of %s counts", join(f.Labelers))
	case f.SecondPerson:
		return check(name, Holds, "whoever has the triage role may put it on, and the change's author does not count")
	}
	return check(name, Holds, "whoever has the triage role or more may put it on").
		advice("the change's own author counts too; acknowledgement.second-person: true asks for another person")
}
