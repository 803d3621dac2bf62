package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dropgate/dropgate/internal/config"
)

// helpColumns is how wide help is at most, wherever it is read.
const helpColumns = 80

// A group is things of one kind under a title, in the help.
type group struct {
	title string
	names []string
}

// commandGroups are the commands by what they are for. Others come after them.
var commandGroups = []group{
	{"Review", []string{"check", "rules", "schema"}},
	{"Set up a repository", []string{"init", "doctor", "stats"}},
}

// flagGroups are the flags of the commands that have many of them. Others come after
// them.
var flagGroups = map[string][]group{
	"check": {
		{"What is reviewed", []string{"diff", "staged", "config", "stats", "print-config"}},
		{"What blocks", []string{"threshold", "acknowledged"}},
		{"What is printed", []string{"format", "output", "color", "quiet", "verbose"}},
	},
}

// exits are the meanings of the exit codes 0, 1 and 2, by command.
var exits = map[string][3]string{
	"dropgate": {"nothing blocks", "something blocks", "the call or the config is wrong, or something could not be reached"},
	"check":    {"nothing blocks", "something blocks", "the call or the config is wrong, or something could not be reached: nothing was reviewed"},
	"action":   {"nothing blocks", "something blocks", "it could not review: the outputs say blocked, too"},
	"doctor":   {"all holds that could be told", "something does not hold", "there is nothing to look at, or GitHub could not be reached"},
}

// exitsOf returns the meanings for a command; empty where it has no such code.
func exitsOf(cmd *cobra.Command) [3]string {
	if own, ok := exits[cmd.Name()]; ok {
		return own
	}
	return [3]string{"it is done", "", "the call is wrong, or something could not be read, written or reached"}
}

// showUsage prints what help shows below a command's description.
func showUsage(cmd *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n  " + usageLine(cmd) + "\n")
	if cmd.HasExample() {
		b.WriteString("\nExamples:\n" + cmd.Example + "\n")
	}
	if cmd.HasSubCommands() {
		for _, g := range inGroups(commandGroups, "Other commands", commandNames(cmd)) {
			writeCommands(&b, cmd, g)
		}
	}
	writeFlags(&b, cmd)
	b.WriteString("\nExit codes:\n")
	for code, meaning := range exitsOf(cmd) {
		if meaning != "" {
			b.WriteString(wrap(fmt.Sprintf("  %d  ", code), "     ", meaning) + "\n")
		}
	}
	if cmd.HasSubCommands() {
		b.WriteString("\ndropgate COMMAND --help tells more about a command.\n")
	}
	_, err := io.WriteString(cmd.OutOrStderr(), b.String())
	return err
}

func usageLine(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return cmd.Name() + " COMMAND [flags] [ARGUMENT ...]"
	}
	return cmd.Parent().CommandPath() + " " + cmd.Use
}

// commandNames returns those of the commands to speak of.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// inGroups returns the groups with those of the names that there are, and the rest
// under a title of its own.
func inGroups(groups []group, rest string, names []string) []group {
	var all []group
	left := slices.Clone(names)
	for _, g := range groups {
		there := slices.DeleteFunc(slices.Clone(g.names), func(n string) bool { return !slices.Contains(names, n) })
		if len(there) > 0 {
			all = append(all, group{g.title, there})
		}
		left = slices.DeleteFunc(left, func(n string) bool { return slices.Contains(there, n) })
	}
	if len(left) > 0 {
		all = append(all, group{rest, left})
	}
	return all
}

func writeCommands(b *strings.Builder, cmd *cobra.Command, g group) {
	b.WriteString("\n" + g.title + ":\n")
	for _, name := range g.names {
		if c, _, err := cmd.Find([]string{name}); err == nil {
			fmt.Fprintf(b, "  %-11s %s\n", name, c.Short)
		}
	}
}

func writeFlags(b *strings.Builder, cmd *cobra.Command) {
	groups, width := flagsOf(cmd)
	for _, g := range groups {
		b.WriteString("\n" + g.title + ":\n")
		for _, name := range g.names {
			term, text := describeFlag(cmd.Flags().Lookup(name))
			b.WriteString(wrap(fmt.Sprintf("%-*s", width+3, term), strings.Repeat(" ", width+3), text) + "\n")
		}
	}
}

// flagsOf returns a command's flags in groups, and how wide their names are.
func flagsOf(cmd *cobra.Command) (groups []group, width int) {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			term, _ := describeFlag(f)
			names, width = append(names, f.Name), max(width, len(term))
		}
	})
	title := "Flags"
	if flagGroups[cmd.Name()] != nil {
		title = "Other flags"
	}
	return inGroups(flagGroups[cmd.Name()], title, names), width
}

// describeFlag returns a flag as it is written, and what it is for.
func describeFlag(f *pflag.Flag) (term, text string) {
	text = f.Usage
	term = "      --" + f.Name
	if f.Shorthand != "" {
		term = "  -" + f.Shorthand + ", --" + f.Name
	}
	if value := strings.Join(f.Annotations[valueName], ""); value != "" {
		term += " " + value
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
		text += " (default " + f.DefValue + ")"
	}
	return term, text
}

// helpCommand is cobra's own, save that it fails when there is nothing to tell.
func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Tell more about a command",
		Example: "  dropgate help check",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownCommand(cmd.Root(), rest[0])
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
	}
}

// unknownCommand says what may have been meant with a word that is no command.
func unknownCommand(root *cobra.Command, name string) error {
	if nearest := config.Nearest(name, commandNames(root)); nearest != "" {
		return fmt.Errorf("unknown command %q: did you mean dropgate %s? See dropgate --help", name, nearest)
	}
	if _, err := os.Stat(name); err == nil {
		return fmt.Errorf("unknown command %q: did you mean dropgate check %s? See dropgate --help", name, name)
	}
	return fmt.Errorf("unknown command %q: see dropgate --help", name)
}

// unknownFlag says what may have been meant with a flag that there is not.
func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) error {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if nearest := config.Nearest(unknown.GetSpecifiedName(), names); nearest != "" && len(unknown.GetSpecifiedName()) > 1 {
		return fmt.Errorf("%w: did you mean --%s? See %s --help", unknown, nearest, cmd.CommandPath())
	}
	return fmt.Errorf("%w: see %s --help", unknown, cmd.CommandPath())
}

// wrap breaks a paragraph into lines: the first behind first, the others behind
// indent.
func wrap(first, indent, text string) string {
	var b strings.Builder
	b.WriteString(first)
	column, fresh := utf8.RuneCountInString(first), true
	for _, word := range strings.Fields(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case fresh:
		case column+1+width > helpColumns:
			b.WriteString("\n" + indent)
			column = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column, fresh = column+width, false
	}
	return b.String()
}
