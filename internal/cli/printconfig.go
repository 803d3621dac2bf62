package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/report"
)

// printConfig prints the config that the same call would review with.
func (a *app) printConfig(ctx context.Context, f checkFlags, args []string, threshold bool) error {
	if err := f.validate(args, threshold); err != nil {
		return err
	}
	c, commit, err := configOf(ctx, f)
	if err != nil {
		return err
	}
	origin := config.Origin{Set: map[string]string{}}
	where := "the working tree"
	switch {
	case f.config != "":
		where = "" // it is there: else it is an error
	case commit != "":
		origin.At = short(commit)
		where = "the commit " + origin.At
	case f.staged:
		where = "the repository, which has no commit"
	}
	if threshold {
		c.Threshold, origin.Set["threshold"] = f.threshold, "--threshold"
	}
	var b bytes.Buffer
	if !c.IsFile() && where != "" {
		fmt.Fprintf(&b, "# There is no %s in %s.\n", configName, where)
	}
	b.WriteString(c.YAML(origin))
	if f.output != "" {
		return writeFile(f.output, b.Bytes())
	}
	return a.say(&b)
}

// configOf reads the config that the flags lead to, and tells the commit that it was
// looked for in; "" is none.
func configOf(ctx context.Context, f checkFlags) (c config.Config, commit string, err error) {
	if f.diff == "" && !f.staged {
		c, err = readConfig(f.config)
		return c, "", err
	}
	r, err := openHere(ctx)
	if err != nil {
		return c, "", err
	}
	if f.staged {
		commit, _, err = r.Head(ctx)
	} else {
		var base, head string
		if base, head, err = parseRange(f.diff); err == nil {
			commit, err = r.MergeBase(ctx, base, head)
		}
	}
	if err != nil {
		return c, "", err
	}
	tree, err := r.Tree(ctx, commit)
	if err != nil {
		return c, "", err
	}
	c, err = configIn(ctx, r, f.config, commit, tree)
	if f.config != "" {
		commit = "" // the file is not the commit's
	}
	return c, commit, err
}

// configGroup is the title of the lines that a debugged run shows.
const configGroup = "The config in force"

// showConfig shows what is in force in the log of a run whose steps are debugged.
func (a *action) showConfig(c config.Config, commit string) {
	if a.getenv("RUNNER_DEBUG") != "1" {
		return
	}
	set := map[string]string{}
	for key, is := range map[string]bool{
		"label": a.in.label != "", "threshold": a.in.threshold != 0, "comment": a.in.comment != "", "paths": len(a.in.paths) > 0,
	} {
		if is {
			set[key] = "the input " + key
		}
	}
	a.github.Group(configGroup)
	for line := range strings.Lines(c.YAML(config.Origin{At: short(commit), Set: set})) {
		a.logf("%s", strings.TrimSuffix(line, "\n"))
	}
	a.github.EndGroup()
}

// each returns the errors that one joins, or the one.
func each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// mostAnnotated is how many errors of a step GitHub shows.
const mostAnnotated = 10

// annotate shows on the run's page why there is no review, an error in each
// annotation.
func (a *action) annotate(err error) {
	all := each(err)
	for i, e := range all {
		text := "dropgate could not review: " + e.Error()
		if i == mostAnnotated-1 && len(all) > mostAnnotated {
			a.github.Errorf("%s", fmt.Sprintf("dropgate could not review: the log has %d more mistakes", len(all)-i))
			return
		}
		a.github.Errorf("%s", report.Visible(text))
	}
}
