package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// A pullEvent is what dropgate takes from a pull request's event. All else is
// read live: an event may be old when its run starts.
type pullEvent struct {
	Action      string `json:"action"`
	Number      int    `json:"number"`
	PullRequest struct {
		Head struct {
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

func readEvent(name string) (pullEvent, error) {
	var e pullEvent
	if name == "" {
		return e, errors.New("GITHUB_EVENT_PATH is not set: dropgate action runs in a GitHub workflow")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return e, fmt.Errorf("read the event: %w", cause(err))
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("read the event: %w", err)
	}
	if e.Number <= 0 {
		return e, errors.New("read the event: it names no pull request")
	}
	return e, nil
}
