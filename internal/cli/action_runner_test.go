package cli

import (
	"slices"
	"strings"
	"testing"

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

// runnerCommands reads what a step prints as GitHub's runner does: a line that
// begins with ::name, and ##[name anywhere in a line. Anything but an annotation
// fails the test.
func runnerCommands(t *testing.T, printed string) []command {
	t.Helper()
	var all []command
	for line := range strings.FieldsFuncSeq(printed, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if c, ok := newCommand(line); ok {
			all = append(all, c)
			if !slices.Contains(harmless, c.name) {
				t.Errorf("the runner would carry out %q of the line %q", c.name, line)
			}
			continue
		}
		if _, after, ok := strings.Cut(line, "##["); ok && strings.Contains(after, "]") {
			t.Errorf("the runner would carry out %q of the line %q", after, line)
		}
	}
	return all
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
	decode := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	return command{strings.ToLower(name), decode.Replace(properties), decode.Replace(message)}, true
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
	printed := "a line\n  ::warning file=a%2Cb.sql,line=1::100%25%0Aof it\nin ::error::mid-line\r::notice::last\n:: no\n"
	want := []command{{"warning", "file=a,b.sql,line=1", "100%\nof it"}, {"notice", "", "last"}}
	if diff := cmp.Diff(want, runnerCommands(t, printed), cmp.AllowUnexported(command{})); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}
