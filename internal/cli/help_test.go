package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// everyCommand calls do with the program itself and with each of its commands.
func everyCommand(t *testing.T, do func(t *testing.T, cmd *cobra.Command)) {
	t.Helper()
	a := &app{getenv: func(string) string { return "" }}
	root := a.command()
	root.InitDefaultHelpCmd()
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		cmd.InitDefaultHelpFlag()
		t.Run(cmd.Name(), func(t *testing.T) { do(t, cmd) })
	}
}

// TestHelp holds that every command's help fits a terminal of 80 columns, has
// examples, and names its exit codes and all of its flags.
func TestHelp(t *testing.T) {
	everyCommand(t, func(t *testing.T, cmd *cobra.Command) {
		var b bytes.Buffer
		cmd.SetOut(&b)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		help := b.String()
		for _, line := range strings.Split(help, "\n") {
			if utf8.RuneCountInString(line) > helpColumns || strings.Contains(line, "\t") {
				t.Errorf("wider than %d columns: %s", helpColumns, line)
			}
		}
		for _, part := range []string{"Usage:\n  dropgate", "\nExamples:\n  ", "\nExit codes:\n  0  ", "\n  2  "} {
			if !strings.Contains(help, part) {
				t.Errorf("the help has no %q:\n%s", part, help)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if n := strings.Count(help, "--"+f.Name+" "); n == 0 {
				t.Errorf("the help does not name --%s:\n%s", f.Name, help)
			}
		})
	})
}

// TestExamples holds that the program takes the calls that help shows.
func TestExamples(t *testing.T) {
	count := 0
	everyCommand(t, func(t *testing.T, cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			_, call, found := strings.Cut(line, "dropgate ")
			if !found || strings.Contains(line, "uses:") {
				continue
			}
			count++
			args, _, _ := strings.Cut(call, ">")
			args, _, _ = strings.Cut(args, "|")
			var out, err bytes.Buffer
			a := &app{out: &out, err: &err, getenv: func(string) string { return "" }}
			words := append(strings.Fields(strings.ReplaceAll(args, ")", "")), "--help")
			if code := a.run(t.Context(), words); code != 0 || !strings.Contains(out.String(), "Usage:\n  dropgate "+words[0]) {
				t.Errorf("%s: exit code %d, %s", strings.TrimSpace(line), code, err.String())
			}
		}
	})
	if count < 15 {
		t.Errorf("found only %d calls", count)
	}
}

// TestGroups holds that what the help puts in groups is there.
func TestGroups(t *testing.T) {
	root := (&app{}).command()
	for _, g := range commandGroups {
		for _, name := range g.names {
			if cmd, _, err := root.Find([]string{name}); err != nil || cmd == root {
				t.Errorf("%s: there is no command %s", g.title, name)
			}
		}
	}
	for name, groups := range flagGroups {
		cmd, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			for _, flag := range g.names {
				if cmd.Flags().Lookup(flag) == nil {
					t.Errorf("%s of %s: there is no flag --%s", g.title, name, flag)
				}
			}
		}
	}
}
