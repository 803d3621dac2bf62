package doctor

// A Remote is what GitHub says of the branch.
type Remote struct {
	// RulesKnown says whether the rulesets could be read, RulesError why not.
	RulesKnown  bool
	RulesError  string
	RuleChecks  []RequiredCheck // that rulesets ask for
	RuleReview  bool            // a ruleset asks for the review of a code owner
	MergeQueue  bool            // a ruleset has the branch merged by a queue
	RuleFlows   []RequiredWorkflow
	OtherGitHub bool // GitHub Enterprise, whose apps have other numbers

	// Classic says whether the branch has the older protection, which is told
	// to everybody; its details below only to administrators.
	Classic       bool
	ClassicChecks []RequiredCheck
	ChecksKnown   bool // whether ClassicChecks are all
	ClassicReview bool // it asks for the review of a code owner
	ReviewKnown   bool
	Admins        bool // it counts for administrators too
	AdminsKnown   bool
	ClassicError  string // why details are not known

	// LabelSeen says that the label was seen on a pull request.
	LabelSeen bool
}

// A RequiredCheck is a check that has to pass before a merge.
type RequiredCheck struct {
	Context string
	App     int64 // the app that has to report it; 0: any
}

// A RequiredWorkflow is a workflow that a ruleset asks for.
type RequiredWorkflow struct {
	Path string
	Own  bool // it stands in this very repository
}

// actionsApp is the number of GitHub Actions on github.com.
const actionsApp = 15368

// checks are all that the branch asks for, without those that are not known.
func (r *Remote) checks() []RequiredCheck {
	if r == nil {
		return nil
	}
	return append(append([]RequiredCheck(nil), r.RuleChecks...), r.ClassicChecks...)
}

// allChecks reports whether checks are all there is.
func (r *Remote) allChecks() bool {
	return r != nil && r.RulesKnown && (!r.Classic || r.ChecksKnown)
}

// requiredFlow reports whether a ruleset asks for a workflow of this repository.
func (r *Remote) requiredFlow(path string) bool {
	if r == nil {
		return false
	}
	for _, w := range r.RuleFlows {
		if w.Own && w.Path == path {
			return true
		}
	}
	return false
}
