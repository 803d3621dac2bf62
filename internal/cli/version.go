package cli

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer/pgsql"
)

// Version is dropgate's own version. A release's tag has to say the same
// (.ci/release-plan).
const Version = "0.1.0"

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and what it was built from",
		Example: "  dropgate version",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			parser, err := pgsql.Version()
			if err != nil {
				return err
			}
			info, _ := debug.ReadBuildInfo()
			_, err = fmt.Fprintf(a.out, "dropgate %s\ncommit %s\nGo %s %s/%s\nPostgreSQL parser %s\n",
				Version, commit(info), runtime.Version(), runtime.GOOS, runtime.GOARCH, parser)
			return err
		},
	}
}

// pseudo is how Go calls a commit that has no tag.
var pseudo = regexp.MustCompile(`[-.]\d{14}-[0-9a-f]{12}(?:\+dirty)?$`)

// cloned returns the commit of the clone that the binary was built in; "" of a
// release.
func cloned(info *debug.BuildInfo) string {
	if info == nil || !pseudo.MatchString(info.Main.Version) {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && commitName.MatchString(s.Value) {
			return s.Value
		}
	}
	return ""
}

// commit tells what the binary was built from, as far as Go wrote it down: the
// commit of the checkout, or the version of the module that go install fetched.
func commit(info *debug.BuildInfo) string {
	if info == nil {
		return "unknown"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	switch revision := settings["vcs.revision"]; {
	case revision != "" && settings["vcs.modified"] == "true":
		return revision + ", with changes"
	case revision != "":
		return revision
	case info.Main.Sum != "":
		return "of module " + info.Main.Version
	}
	return "unknown"
}
