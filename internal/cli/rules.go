package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/rules"
)

const rulesHelp = `List the rules with their categories, or explain one: why it is there, what to
do instead, and an example of what is reported and what is not.`

const rulesExample = `  # All rules
  dropgate rules
  # What stands behind a finding
  dropgate rules drop-column`

func (a *app) rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "rules [ID]",
		Short:             "List the rules, or explain one",
		Long:              rulesHelp,
		Example:           rulesExample,
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return listRules(a.out)
			case 1:
			default:
				return fmt.Errorf("dropgate rules explains one rule at a time: leave %q out", args[1])
			}
			r := rules.Find(args[0])
			if r == nil {
				return unknownRule(args[0])
			}
			return explainRule(a.out, r)
		},
	}
}

// unknownRule says which rule may have been meant.
func unknownRule(id string) error {
	var ids []string
	for _, r := range rules.All {
		ids = append(ids, r.ID)
	}
	if nearest := config.Nearest(id, ids); nearest != "" {
		return fmt.Errorf("there is no rule %q: did you mean %s? dropgate rules lists them", id, nearest)
	}
	return fmt.Errorf("there is no rule %q: dropgate rules lists them", id)
}

func listRules(w io.Writer) error {
	for _, r := range rules.All {
		if _, err := fmt.Fprintf(w, "%-24s %-14s %s\n", r.ID, r.Category, r.Title); err != nil {
			return err
		}
	}
	return nil
}

func explainRule(w io.Writer, r *analyzer.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n%s\n\n%s\n\nWhat to do\n%s\n", r.ID, r.Category, r.Title, wrap("", "", r.Why), wrap("", "", r.Remedy))
	for _, e := range []struct {
		title   string
		example analyzer.Example
	}{{"Reported", r.Bad}, {"Not reported", r.Good}} {
		text := e.example.Text()
		if text == "" {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n  %s\n", e.title, strings.ReplaceAll(text, "\n", "\n  "))
		for _, path := range slices.Sorted(maps.Keys(e.example.Code)) {
			text := strings.TrimRight(e.example.Code[path], "\n")
			fmt.Fprintf(&b, "  -- in %s\n  %s\n", path, strings.ReplaceAll(text, "\n", "\n  "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
