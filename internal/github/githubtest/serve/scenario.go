package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

//go:embed testdata/drop-table.json
var dropTable []byte

// scenario is a repository with one pull request.
type scenario struct {
	Repository string            `json:"repository"` // owner/name
	Author     string            `json:"author"`     // of the pull request
	Fork       bool              `json:"fork"`       // the head lies in the author's fork
	Base       map[string]string `json:"base"`       // files of the main branch
	Head       map[string]string `json:"head"`       // files that the pull request adds or changes
	Delete     []string          `json:"delete"`     // files that it takes away
	Roles      map[string]string `json:"roles"`      // by login
	Label      string            `json:"label"`      // what labeled.json puts on
	Labeler    string            `json:"labeler"`
	// Tokens are the permissions of each token, as a workflow's permissions
	// block spells them.
	Tokens map[string]map[string]string `json:"tokens"`
}

// readScenario reads a file, or the scenario that is built in if path is empty.
func readScenario(path string) (scenario, error) {
	data := dropTable
	if path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			return scenario{}, fmt.Errorf("read scenario: %w", err)
		}
	}
	var s scenario
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return scenario{}, fmt.Errorf("read scenario %s: %w", path, err)
	}
	return s, nil
}

// stage is a server with the scenario set up.
type stage struct {
	scenario
	server *githubtest.Server
	repo   *githubtest.Repository
	pull   *githubtest.PullRequest
}

func (s scenario) stage() (*stage, error) {
	server := githubtest.New()
	for token, block := range s.Tokens {
		permissions, err := permissionsOf(block)
		if err != nil {
			return nil, fmt.Errorf("token %s: %w", token, err)
		}
		server.Token(token, permissions, githubtest.Bot)
	}
	repo := server.Repository(s.Repository)
	for login, role := range s.Roles {
		repo.Role(login, role)
	}
	repo.Commit("main", s.Base)
	change := githubtest.Change{Author: s.Author, Files: map[string]githubtest.File{}, Delete: s.Delete}
	for path, content := range s.Head {
		change.Files[path] = githubtest.File{Content: content}
	}
	repo.CommitChange("feature", change)
	pull := repo.OpenPullRequest("main", "feature", s.Author)
	pull.SetFork(s.Fork)
	return &stage{s, server, repo, pull}, nil
}

func permissionsOf(block map[string]string) (githubtest.Permissions, error) {
	var p githubtest.Permissions
	for name, value := range block {
		access, known := map[string]githubtest.Access{"read": githubtest.Read, "write": githubtest.Write, "none": 0}[value]
		if !known {
			return p, fmt.Errorf("permission %s: unknown access %q", name, value)
		}
		switch name {
		case "actions":
			p.Actions = access
		case "checks":
			p.Checks = access
		case "contents":
			p.Contents = access
		case "issues":
			p.Issues = access
		case "pull-requests":
			p.PullRequests = access
		case "statuses":
			p.Statuses = access
		default:
			return p, fmt.Errorf("unknown permission %q", name)
		}
	}
	return p, nil
}
