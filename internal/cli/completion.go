package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dropgate/dropgate/rules"
)

// shells are those that there is a script for.
var shells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
	"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
}

func shellNames() []string { return slices.Sorted(maps.Keys(shells)) }

const completionHelp = `Print a script with which a shell completes commands, flags, formats, rules and
paths at the Tab key. SHELL is bash, fish, powershell or zsh.

In bash it needs the package bash-completion. In zsh, completion has to be on:
  autoload -U compinit && compinit`

const completionExample = `  # bash: now, or for every session to come
  source <(dropgate completion bash)
  dropgate completion bash >~/.local/share/bash-completion/completions/dropgate
  # zsh: for every session to come
  dropgate completion zsh >"${fpath[1]}/_dropgate"
  # fish: for every session to come
  dropgate completion fish >~/.config/fish/completions/dropgate.fish
  # PowerShell: now
  dropgate completion powershell | Out-String | Invoke-Expression`

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print a script that completes commands in a shell",
		Long:      completionHelp,
		Example:   completionExample,
		ValidArgs: shellNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			names := strings.Join(shellNames(), ", ")
			if len(args) != 1 {
				return fmt.Errorf("dropgate completion takes one shell: %s", names)
			}
			write := shells[args[0]]
			if write == nil {
				return fmt.Errorf("there is no completion for %q: choose one of %s", args[0], names)
			}
			return write(cmd.Root(), a.out)
		},
	}
}

// valueName is the annotation of a flag that names its value.
const valueName = "value"

// completeFlags makes Tab offer what the flags and arguments of all commands take.
func completeFlags(root *cobra.Command) {
	values := map[string]cobra.CompletionFunc{
		"check format":  cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp),
		"schema format": cobra.FixedCompletions(schemaFormats(), cobra.ShellCompDirectiveNoFileComp),
		"doctor format": cobra.FixedCompletions([]string{"json", "text"}, cobra.ShellCompDirectiveNoFileComp),
		"check color":   cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp),
		"config":        extensions("yml", "yaml"),
		"stats":         extensions("json"),
		"output":        cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault),
	}
	for _, cmd := range root.Commands() {
		if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			complete := cobra.NoFileCompletions
			for _, key := range []string{f.Name, cmd.Name() + " " + f.Name} {
				if values[key] != nil {
					complete = values[key]
				}
			}
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // the flag is there, and new
			// A shell shows the text as it is, the marks around the value's name too.
			value, text := pflag.UnquoteUsage(f)
			f.Usage = text
			_ = cmd.Flags().SetAnnotation(f.Name, valueName, []string{value})
		})
	}
}

// extensions completes folders and files whose names end so.
func extensions(names ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(names, cobra.ShellCompDirectiveFilterFileExt)
}

// completeRules offers the rules, each with its title.
func completeRules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var all []string
	for _, r := range rules.All {
		all = append(all, cobra.CompletionWithDesc(r.ID, r.Title))
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
