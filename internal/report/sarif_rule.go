package report

import (
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dropgate/dropgate/analyzer"
)

// newSARIFRule describes a finding's rule, by nothing but the rule itself: the same
// rule is the same in every log. It has no security-severity. GitHub would show that
// instead of the level, and one rule's findings go from harmless to fatal.
func newSARIFRule(f analyzer.Finding, r *Review) *sarif.ReportingDescriptor {
	rule, known := r.Rules[f.Rule]
	if !known {
		rule = &analyzer.Rule{ID: f.Rule, Category: f.Category, Title: f.Rule, Why: "A rule of the program that made this report."}
	}
	level, severity := sarif.LevelWarning, "warning"
	if rule.Category == analyzer.DataLoss {
		level, severity = sarif.LevelError, "error"
	}
	properties := sarif.NewPropertyBag().WithTags([]string{string(rule.Category), "postgresql", "migration"}).
		Add("precision", "high").Add("problem.severity", severity)
	d := sarif.NewRule(f.Rule).WithName(pascal(f.Rule)).WithDescription(Visible(rule.Title)).
		WithFullDescription(sarif.NewMultiformatMessageString().WithText(Visible(rule.Why))).
		WithHelp(sarif.NewMultiformatMessageString().WithText(ruleHelp(rule)).WithMarkdown(ruleHelpMarkdown(rule))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level)).
		WithProperties(properties)
	if known {
		d.WithHelpURI(homepage + "/blob/main/docs/rules/" + f.Rule + ".md")
	}
	return d
}

// ruleHelp is what a rule says of itself, as plain text.
func ruleHelp(rule *analyzer.Rule) string {
	text := rule.Why
	if rule.Remedy != "" {
		text += "\n\nInstead: " + rule.Remedy
	}
	if example := rule.Bad.Text(); example != "" {
		text += "\n\nReported:\n\n" + example
	}
	if example := rule.Good.Text(); example != "" {
		text += "\n\nNot reported:\n\n" + example
	}
	return visibleText(text)
}

// ruleHelpMarkdown is the same as Markdown, which rules are written in.
func ruleHelpMarkdown(rule *analyzer.Rule) string {
	var b strings.Builder
	b.WriteString(visibleText(rule.Why) + "\n")
	if rule.Remedy != "" {
		b.WriteString("\n**Instead:** " + visibleText(rule.Remedy) + "\n")
	}
	if example := rule.Bad.Text(); example != "" {
		b.WriteString("\n**Reported:**\n\n" + fence("sql", example, sqlLimit))
	}
	if example := rule.Good.Text(); example != "" {
		b.WriteString("\n**Not reported:**\n\n" + fence("sql", example, sqlLimit))
	}
	return b.String()
}

// pascal returns the name for a rule's ID: DropTable for drop-table. SARIF asks
// for one that is not the ID, and some readers show a gap where there is none.
func pascal(id string) string {
	var b strings.Builder
	for _, word := range strings.Split(id, "-") {
		b.WriteString(capital(word))
	}
	return b.String()
}
