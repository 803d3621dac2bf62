package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/rules"
)

func (a *app) rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "rules [ID]",
		Short:   "List the rules, or explain one",
		Example: "  dropgate rules\n  dropgate rules drop-column",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listRules(a.out)
			}
			r := rules.Find(args[0])
			if r == nil {
				return fmt.Errorf("there is no rule %q: dropgate rules lists them", args[0])
			}
			return explainRule(a.out, r)
		},
	}
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
	fmt.Fprintf(&b, "%s (%s)\n%s\n\n%s\n\nWhat to do\n%s\n", r.ID, r.Category, r.Title, wrap(r.Why), wrap(r.Remedy))
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

// wrap breaks a paragraph at 80 characters.
func wrap(s string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(s) {
		width := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+width > 80:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String()
}
