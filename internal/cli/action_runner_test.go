package cli

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// readOutputs reads the file at GITHUB_OUTPUT as GitHub's runner does: NAME=VALUE,
// or NAME<<WORD with the value on the lines up to WORD. Each output comes once.
func readOutputs(t *testing.T, text string) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	next := func() (line string, whole bool) {
		line, text, whole = strings.Cut(text, "\n")
		return line, whole
	}
	for text != "" {
		line, _ := next()
		equals, here := strings.Index(line, "="), strings.Index(line, "<<")
		var name, value string
		switch {
		case line == "":
			continue
		case equals >= 0 && (here < 0 || equals < here):
			name, value = line[:equals], line[equals+1:]
		case here > 0 && here+2 < len(line):
			name = line[:here]
			var lines []string
			for {
				l, whole := next()
				if l == line[here+2:] {
					break
				}
				if !whole {
					t.Fatalf("the runner finds no end of the output %s", name)
				}
				lines = append(lines, l)
			}
			value = strings.Join(lines, "\n")
		default:
			t.Fatalf("the runner refuses the output line %q", line)
		}
		if _, again := outputs[name]; again {
			t.Errorf("the output %s is set twice", name)
		}
		outputs[name] = value
	}
	return outputs
}

// A command is a line that the runner takes for a command.
type command struct{ name, properties, message string }

// harmless are the commands that only show something.
var harmless = []string{"error", "warning", "notice"}

// annotationKeys are the properties that an annotation has.
var annotationKeys = []string{"file", "line", "endLine", "col", "endColumn", "title"}

// runnerCommands reads what a step prints as GitHub's runner does (ActionCommand,
// ActionCommandManager), with any name for a known one. Anything but an annotation,
// or a property that none has, fails the test.
func runnerCommands(t *testing.T, printed string) []command {
	t.Helper()
	var all []command
	grouped := false
	for line := range strings.FieldsFuncSeq(printed, func(r rune) bool { return r == '\n' || r == '\r' }) {
		c, ok := newCommand(line)
		if loose, found := anyCommand(withoutMarks(line)); found && (!ok || loose.name != c.name) {
			t.Errorf("the runner would carry out %q of the line %q", loose.name, line)
		}
		if !ok {
			continue
		}
		switch line { // dropgate's own group, once
		case "::group::" + configGroup, "::endgroup::":
			if grouped == (c.name == "endgroup") {
				grouped = !grouped
				continue
			}
		}
		all = append(all, c)
		if !slices.Contains(harmless, c.name) {
			t.Errorf("the runner would carry out %q of the line %q", c.name, line)
		}
	}
	return all
}

// anyCommand reads ::name properties::message, which begins a line, or else
// ##[name properties]message, which stands anywhere in one.
func anyCommand(line string) (command, bool) {
	if c, ok := newCommand(line); ok {
		return c, true
	}
	_, rest, _ := strings.Cut(line, "##[")
	head, message, ok := strings.Cut(rest, "]")
	name, properties, _ := strings.Cut(head, " ")
	return command{strings.ToLower(name), properties, message}, ok
}

// withoutMarks takes out what .NET passes over when it looks for a word by the
// rules of a language: what has no width, and marks that stand on no letter.
func withoutMarks(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.M, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, line)
}

// newCommand reads ::name properties::message.
func newCommand(line string) (command, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "::")
	if !ok {
		return command{}, false
	}
	head, message, ok := strings.Cut(rest, "::")
	if !ok {
		return command{}, false
	}
	name, properties, _ := strings.Cut(head, " ")
	property := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	data := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	return command{strings.ToLower(name), property.Replace(properties), data.Replace(message)}, true
}

// checkAnnotations holds that the annotations have the properties that ours have,
// each once, whatever stands in their values.
func checkAnnotations(t *testing.T, printed string) {
	t.Helper()
	for line := range strings.Lines(printed) {
		if _, ok := newCommand(line); !ok {
			continue
		}
		head, _, _ := strings.Cut(strings.TrimSpace(line)[2:], "::")
		_, properties, _ := strings.Cut(head, " ")
		seen := map[string]bool{}
		for pair := range strings.SplitSeq(properties, ",") {
			key, _, ok := strings.Cut(pair, "=")
			if pair != "" && (!ok || !slices.Contains(annotationKeys, key) || seen[key]) {
				t.Errorf("the annotation %q has the property %q", line, pair)
			}
			seen[key] = true
		}
	}
}

func TestReadOutputs(t *testing.T) {
	t.Parallel()
	text := "blocked=true\n\nscore<<end\n9\n5\nend\nempty<<x\nx\nodd=a<<b\n"
	want := map[string]string{"blocked": "true", "score": "9\n5", "empty": "", "odd": "a<<b"}
	if diff := cmp.Diff(want, readOutputs(t, text)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

func TestRunnerCommands(t *testing.T) {
	t.Parallel()
	printed := "a line\n#\ufe0f# [x] \n  ::warning file=a%2Cb.sql,line=1::100%25%0Aof it\nin ::error::mid-line\r::notice::last\n:: no\n"
	want := []command{{"warning", "file=a,b.sql,line=1", "100%\nof it"}, {"notice", "", "last"}}
	if diff := cmp.Diff(want, runnerCommands(t, printed), cmp.AllowUnexported(command{})); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

func TestAnyCommand(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"::add-mask::x": "add-mask", " \t::stop-commands::x": "stop-commands", "::Set-Output name=a::b": "set-output",
		"a ##[set-output name=blocked]false": "set-output", "::not ended ##[echo]on": "echo", "\u00a0::echo::on": "echo",
		"a ::error::b": "", "## [echo]on": "", ": :echo::on": "", "##[not ended": "", "::": "",
		"#\ufe0f#\u200b[echo]on": "echo", "\u0301:\ufeff:echo::on": "echo",
	} {
		c, ok := anyCommand(withoutMarks(line))
		if c.name != want && ok || ok != (want != "") {
			t.Errorf("%q: got %q, %t; want %q", line, c.name, ok, want)
		}
	}
}
