package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/internal/cli"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// demo is the folder that all pictures are of, as seen from the top of the
// repository, and change the migration in it that the pull request adds.
const (
	demo   = "testdata/demo"
	change = "000008_clean_up"
)

// sources are what the program said of the demo.
type sources struct {
	review   string // Markdown of the line comment on the last operation of the change
	path     string // the file that it stands at
	hunk     []string
	first    int    // number of the hunk's first line
	about    int    // how many of the hunk's last lines the comment is on
	summary  string // Markdown of the summary comment
	terminal string // what the command prints to a terminal, with its colours
}

// say runs the program on the demo: on a terminal, and as the action on a pull request
// that adds the last migration to a repository with the others. The working directory
// is the top of the repository.
func say() (sources, error) {
	base, added, err := migrations()
	if err != nil {
		return sources{}, err
	}
	s, err := review(base, added)
	if err != nil {
		return sources{}, fmt.Errorf("run the action: %w", err)
	}
	s.terminal, err = terminal()
	return s, err
}

// terminal runs the command on a copy of the demo: in this repository it would look for
// what goes in all files, and say so where the machine is too busy to be done in time.
func terminal() (string, error) {
	before, err := os.Getwd()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "dropgate-pictures-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := os.CopyFS(filepath.Join(folder, demo), os.DirFS(demo)); err != nil {
		return "", err
	}
	if err := os.Chdir(folder); err != nil {
		return "", err
	}
	defer func() { _ = os.Chdir(before) }()
	var out, errs bytes.Buffer
	args := []string{"check", "--color", "always", demo}
	if code := cli.Main(args, strings.NewReader(""), &out, &errs, func(string) string { return "" }); code != 1 {
		return "", fmt.Errorf("dropgate %s ended with %d, want 1: %s", strings.Join(args, " "), code, &errs)
	}
	return out.String(), nil
}

// migrations returns the demo's files by their path in the repository: those that
// have run already, and those of the last migration.
func migrations() (base, added map[string]string, err error) {
	names, err := filepath.Glob(filepath.Join(demo, "migrations", "*.sql"))
	if err != nil {
		return nil, nil, err
	}
	base, added = map[string]string{}, map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		to := base
		if strings.Contains(name, change) {
			to = added
		}
		to["migrations/"+filepath.Base(name)] = string(data)
	}
	if len(base) == 0 || len(added) == 0 {
		return nil, nil, fmt.Errorf("no migrations in %s", demo)
	}
	return base, added, nil
}

// review runs the action on a pull request of the stand-in for GitHub, and returns
// what it posted.
func review(base, added map[string]string) (sources, error) {
	const token = "ghs_the_token_of_this_job"
	hub := githubtest.New()
	hub.Token(token, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Write}, githubtest.Bot)
	shop := hub.Repository("octo/shop")
	shop.Commit("main", base)
	shop.Commit("feature", added)
	pull := shop.OpenPullRequest("main", "feature", "alice")
	server := httptest.NewServer(hub)
	defer server.Close()
	folder, err := os.MkdirTemp("", "dropgate-pictures-")
	if err != nil {
		return sources{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "octo/shop",
		"GITHUB_API_URL": server.URL + "/api/v3", "GITHUB_GRAPHQL_URL": server.URL + "/api/graphql",
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_WORKSPACE": folder, "INPUT_GITHUB-TOKEN": token,
	}
	for name, data := range map[string][]byte{"EVENT_PATH": pull.Event("opened"), "OUTPUT": nil, "STEP_SUMMARY": nil} {
		env["GITHUB_"+name] = filepath.Join(folder, name)
		if err := os.WriteFile(env["GITHUB_"+name], data, 0o600); err != nil {
			return sources{}, err
		}
	}
	var out bytes.Buffer
	if code := cli.Main([]string{"action"}, strings.NewReader(""), &out, &out, func(name string) string { return env[name] }); code != 1 {
		return sources{}, fmt.Errorf("it ended with %d, want 1: %s", code, &out)
	}
	if wrong := hub.Violations(); len(wrong) > 0 {
		return sources{}, errors.New(strings.Join(wrong, "\n"))
	}
	return posted(pull, added)
}

// posted picks out the comments to show.
func posted(pull *githubtest.PullRequest, added map[string]string) (sources, error) {
	comments, lines := pull.Comments(), pull.ReviewComments()
	if len(comments) != 1 || len(lines) == 0 {
		return sources{}, fmt.Errorf("it posted %d comments and %d on lines, want 1 and some", len(comments), len(lines))
	}
	last := slices.MaxFunc(lines, func(a, b githubtest.ReviewComment) int { return a.Line - b.Line })
	text := strings.Split(added[last.Path], "\n")
	if last.Line < 1 || last.Line > len(text) {
		return sources{}, fmt.Errorf("a comment stands at line %d of %s, which is not there", last.Line, last.Path)
	}
	about := 1
	if last.StartLine > 0 {
		about = last.Line - last.StartLine + 1
	}
	first := max(1, last.Line-max(hunkLines, about)+1)
	return sources{
		review: last.Body, path: last.Path, hunk: text[first-1 : last.Line], first: first, about: about, summary: comments[0].Body,
	}, nil
}

// hunkLines is how much of the diff GitHub shows above a comment.
const hunkLines = 4

// files are the sources by the names that they are kept under.
func (s sources) files() map[string]string {
	return map[string]string{"review.md": s.review, "summary.md": s.summary, "terminal.txt": s.terminal}
}
