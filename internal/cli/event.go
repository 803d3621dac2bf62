package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// A pullEvent is what dropgate takes from a pull request's event. All else is
// read live: an event may be old when its run starts.
type pullEvent struct {
	Action      string `json:"action"`
	Number      int    `json:"number"`
	PullRequest struct {
		Number int `json:"number"`
		Head   struct {
			SHA string `json:"sha"`
		} `json:"head"`
		Base struct {
			Ref string `json:"ref"`
		} `json:"base"`
		UpdatedAt string `json:"updated_at"`
	} `json:"pull_request"`
	Label struct {
		Name string `json:"name"`
	} `json:"label"`
	Sender struct {
		Login string `json:"login"`
		Type  string `json:"type"`
	} `json:"sender"`
}

func (a *action) pullEvent() (pullEvent, error) {
	var e pullEvent
	if err := a.readEvent(&e); err != nil {
		return e, err
	}
	if e.Number = cmp.Or(e.Number, e.PullRequest.Number); e.Number <= 0 {
		return e, errors.New("read the event: it names no pull request")
	}
	return e, nil
}

// A groupEvent is what dropgate takes from a merge_group event.
type groupEvent struct {
	Action string `json:"action"`
	Group  struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
		BaseSHA string `json:"base_sha"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
}

func (a *action) groupEvent() (groupEvent, error) {
	var e groupEvent
	if err := a.readEvent(&e); err != nil {
		return e, err
	}
	if e.Action == "destroyed" {
		return e, nil
	}
	base, ok := strings.CutPrefix(e.Group.BaseRef, branchPrefix)
	switch {
	case !isCommit(e.Group.HeadSHA), !isCommit(e.Group.BaseSHA):
		return e, errors.New("read the event: its merge_group lacks the commit head_sha or base_sha")
	case !ok || base == "":
		return e, fmt.Errorf("read the event: its merge_group's base_ref is %q, not a branch", e.Group.BaseRef)
	case e.Group.HeadRef == "":
		return e, errors.New("read the event: its merge_group lacks the head_ref")
	}
	return e, nil
}

// A pushEvent is what dropgate takes from a push event.
type pushEvent struct {
	Ref        string `json:"ref"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Deleted    bool   `json:"deleted"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

func (a *action) pushEvent() (pushEvent, error) {
	var e pushEvent
	if err := a.readEvent(&e); err != nil {
		return e, err
	}
	switch {
	case !strings.HasPrefix(e.Ref, branchPrefix) && !strings.HasPrefix(e.Ref, tagPrefix):
		return e, fmt.Errorf("read the event: its ref %q is neither a branch nor a tag", e.Ref)
	case !isCommit(e.Before), !isCommit(e.After):
		return e, errors.New("read the event: it lacks the commit before or after")
	}
	return e, nil
}

// A dispatchEvent is what dropgate takes from a workflow_dispatch event.
type dispatchEvent struct {
	Ref        string `json:"ref"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// dispatchEvent reads the event; its ref is that of a branch or a tag in full.
func (a *action) dispatchEvent() (dispatchEvent, error) {
	var e dispatchEvent
	if err := a.readEvent(&e); err != nil {
		return e, err
	}
	e.Ref = cmp.Or(e.Ref, a.getenv("GITHUB_REF"))
	if e.Ref != "" && !strings.HasPrefix(e.Ref, "refs/") {
		e.Ref = branchPrefix + e.Ref
	}
	if !strings.HasPrefix(e.Ref, branchPrefix) && !strings.HasPrefix(e.Ref, tagPrefix) {
		return e, fmt.Errorf("read the event: its ref %q is neither a branch nor a tag", e.Ref)
	}
	return e, nil
}

const (
	branchPrefix = "refs/heads/"
	tagPrefix    = "refs/tags/"
)

var commitName = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

func isCommit(name string) bool { return commitName.MatchString(name) }

// isNone reports whether an event says by this name that there is no commit.
func isNone(name string) bool { return strings.Trim(name, "0") == "" }

// readEvent reads the file that the runner wrote the event into.
func (a *action) readEvent(into any) error {
	name := a.getenv("GITHUB_EVENT_PATH")
	if name == "" {
		return errors.New("GITHUB_EVENT_PATH is not set: dropgate action runs in a GitHub workflow")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the event: %w", cause(err))
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the event: %w", err)
	}
	return nil
}
