package cli

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "rewrite docs/man/dropgate.1")

// manEnvironment is what of the environment counts outside of GitHub's runner.
var manEnvironment = [][2]string{
	{"NO_COLOR", "If it is set, the text report has no colours, as with \\-\\-color never."},
	{"TERM", "If it is dumb, there are no colours, and nothing is shown of how far a long work is."},
	{"CI", "If it is set, nothing is shown of how far a long work is."},
	{"GITHUB_TOKEN, GH_TOKEN", "The token with which doctor asks GitHub."},
	{"PGHOST, PGPASSWORD, PGSERVICE, ...", "What stats connects to, as libpq reads them."},
}

// manFiles are the files that are read without being named in a call.
var manFiles = [][2]string{
	{".dropgate.yml", "The config. check PATH reads it from the working folder, \\-\\-staged from HEAD, \\-\\-diff from the merge base."},
}

// TestMan holds docs/man/dropgate.1 to the commands' own help. Nothing of the program
// writes it, so nothing for that is in the program.
func TestMan(t *testing.T) {
	name := filepath.Join("..", "..", "docs", "man", "dropgate.1")
	page := man((&app{}).command())
	if *update {
		if err := os.WriteFile(name, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	there, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(there) != page {
		t.Error("docs/man/dropgate.1 is not what help says: go test ./internal/cli -run TestMan -update, and look at the diff")
	}
}

// TestManRenders holds that the formatters that are at hand have nothing against it.
func TestManRenders(t *testing.T) {
	name := filepath.Join("..", "..", "docs", "man", "dropgate.1")
	for _, line := range []string{"mandoc -Tlint -Wwarning", "groff -ww -z -man -Tutf8"} {
		words := strings.Fields(line)
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Logf("not tried with %s: %v", words[0], err)
			continue
		}
		output, _ := exec.Command(words[0], append(words[1:], name)...).CombinedOutput()
		for complaint := range strings.Lines(string(output)) {
			if !strings.Contains(complaint, "missing date") { // a date would be another on each day
				t.Errorf("%s: %s", line, complaint)
			}
		}
	}
}

// man returns the page of a program and all of its commands.
func man(root *cobra.Command) string {
	b := &strings.Builder{}
	b.WriteString(`.\" Written by go test ./internal/cli -run TestMan -update out of the help.` + "\n")
	b.WriteString(".TH DROPGATE 1 \"\" dropgate \"User Commands\"\n.SH NAME\n")
	b.WriteString("dropgate \\- " + roff(strings.ToLower(root.Short[:1])+root.Short[1:]) + "\n")
	b.WriteString(".SH SYNOPSIS\n.nf\n")
	names := manOrder(root)
	for _, name := range names {
		b.WriteString("\\fBdropgate\\fR " + roff(manCommand(root, name).Use) + "\n")
	}
	b.WriteString(".fi\n.SH DESCRIPTION\n")
	manText(b, root.Long)
	manExamples(b, root)
	b.WriteString(".SH COMMANDS\n")
	for _, name := range names {
		manOf(b, manCommand(root, name))
	}
	b.WriteString(".SH EXIT STATUS\n")
	manExits(b, root)
	b.WriteString(".TP\n.B 130, 143\nsomebody ended it: Ctrl\\-C, or a signal to terminate\n")
	for _, part := range []struct {
		title string
		terms [][2]string
	}{{"ENVIRONMENT", manEnvironment}, {"FILES", manFiles}} {
		b.WriteString(".SH " + part.title + "\n")
		for _, term := range part.terms {
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(term[0]), term[1])
		}
	}
	b.WriteString(".SH SEE ALSO\n.BR git (1),\n.BR psql (1)\n.PP\nhttps://github.com/dropgate/dropgate\n")
	return b.String()
}

// manOrder is the commands as help lists them.
func manOrder(root *cobra.Command) []string {
	var names []string
	for _, g := range inGroups(commandGroups, "", commandNames(root)) {
		names = append(names, g.names...)
	}
	return names
}

func manCommand(root *cobra.Command, name string) *cobra.Command {
	cmd, _, err := root.Find([]string{name})
	if err != nil {
		panic(err)
	}
	return cmd
}

// manOf writes the part about one command.
func manOf(b *strings.Builder, cmd *cobra.Command) {
	fmt.Fprintf(b, ".SS dropgate %s\n", roff(cmd.Use))
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	manText(b, text)
	groups, _ := flagsOf(cmd)
	for _, g := range groups {
		for _, name := range g.names {
			term, text := describeFlag(cmd.Flags().Lookup(name))
			flags, value, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(term), ", --", ",--"), " ")
			fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff(strings.ReplaceAll(flags, ",--", ", --")))
			if value != "" {
				fmt.Fprintf(b, " \\fI%s\\fR", roff(value))
			}
			b.WriteString("\n" + roff(text) + "\n")
		}
	}
	if exits[cmd.Name()] != ([3]string{}) {
		b.WriteString(".PP\nExit status:\n")
		manExits(b, cmd)
	}
	manExamples(b, cmd)
}

func manExits(b *strings.Builder, cmd *cobra.Command) {
	for code, meaning := range exitsOf(cmd) {
		if meaning != "" {
			fmt.Fprintf(b, ".TP\n.B %d\n%s\n", code, roff(meaning))
		}
	}
}

// manText writes help's text: lines that begin with spaces stay lines of their own.
func manText(b *strings.Builder, text string) {
	for i, part := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		literal := false
		for _, line := range strings.Split(part, "\n") {
			if own := strings.HasPrefix(line, "  "); own != literal {
				literal = own
				b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[own])
			}
			b.WriteString(roff(line) + "\n")
		}
		if literal {
			b.WriteString(".fi\n")
		}
	}
}

func manExamples(b *strings.Builder, cmd *cobra.Command) {
	b.WriteString(".PP\nExamples:\n.PP\n.nf\n" + roff(cmd.Example) + "\n.fi\n")
}

// roff quotes text: what means something to roff, and what it would make prettier
// than a shell takes it.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`, `"`, `\(dq`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
