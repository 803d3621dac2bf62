package report

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
)

// usesLine returns the places in the code that still name what a finding takes away,
// each as show writes it.
func usesLine(f analyzer.Finding, show func(analyzer.Use) string) string {
	var all []string
	for _, u := range f.Uses {
		all = append(all, show(u))
	}
	s := strings.Join(all, ", ")
	if f.MoreUses > 0 {
		s += fmt.Sprintf(" and %d more in %s", f.MoreUses, count(f.MoreUseFiles, "file"))
	}
	return s
}

func usesMarkdown(f analyzer.Finding, o SummaryOptions) string {
	if len(f.Uses) == 0 {
		return ""
	}
	return "Still named in " + usesLine(f, func(u analyzer.Use) string { return linked(u.Path, u.Line, o) }) + ".\n"
}

// searched says that code was not, or not all, searched for what goes, if that is
// worth saying.
func searched(r *Review) string {
	s := r.Report.Search
	switch {
	case s == nil || s.Stopped == "":
		return ""
	case s.Files > 0:
		return fmt.Sprintf("looked at %d of %s for code that names what goes; stopped %s", s.Files, count(s.Of, "file"), s.Stopped)
	case r.Verbose:
		return "looked at no code that may name what goes: " + s.Stopped
	}
	return ""
}

func searchedMarkdown(r *Review) string {
	s := searched(r)
	if s == "" {
		return ""
	}
	return stop(sentence(capital(s))) + "\n\n"
}
