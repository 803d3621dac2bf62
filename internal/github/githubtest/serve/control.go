package main

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// state is what GET /_state tells.
type state struct {
	Head, MergeCommit string
	Labels            []string
	Comments          []githubtest.Comment
	Reviews           []githubtest.Review
	ReviewComments    []githubtest.ReviewComment
	Statuses          []githubtest.Status // of the head commit
	Requests          []githubtest.Request
	Violations        []string
}

// handler serves GitHub's interface and the controls.
func (s *stage) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.server)
	mux.HandleFunc("GET /_state", s.tell)
	mux.HandleFunc("GET /_event", s.event)
	mux.HandleFunc("POST /_label", func(w http.ResponseWriter, r *http.Request) {
		s.label(w, r, s.pull.Label)
	})
	mux.HandleFunc("POST /_unlabel", func(w http.ResponseWriter, r *http.Request) {
		s.label(w, r, s.pull.Unlabel)
	})
	mux.HandleFunc("POST /_commit", s.commit)
	return mux
}

func (s *stage) tell(w http.ResponseWriter, _ *http.Request) {
	head := s.pull.HeadSHA()
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(state{
		Head: head, MergeCommit: s.pull.MergeCommit(), Labels: s.pull.Labels(),
		Comments: s.pull.Comments(), Reviews: s.pull.Reviews(), ReviewComments: s.pull.ReviewComments(),
		Statuses: s.repo.Statuses(head), Requests: s.server.Requests(), Violations: s.server.Violations(),
	})
}

// actions are those that a payload can be asked for at any time; those of
// labels need one to have been put on or taken off.
var actions = []string{
	"opened", "synchronize", "reopened", "ready_for_review", "edited", "closed", "converted_to_draft", "labeled", "unlabeled",
}

// event answers with a payload. A merge group is made by asking for its event.
func (s *stage) event(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Query().Get("event") {
	case "", "pull_request":
		s.pullEvent(w, r)
	case "merge_group":
		_, _ = w.Write(s.repo.MergeGroupEvent(s.pull))
	case "workflow_dispatch":
		_, _ = w.Write(s.repo.DispatchEvent("feature", s.Author))
	case "push":
		before := s.repo.Head("main")
		_, _ = w.Write(s.repo.PushEvent("main", before, s.pull.Merge(s.Labeler)))
	default:
		http.Error(w, "unknown event", http.StatusBadRequest)
	}
}

func (s *stage) pullEvent(w http.ResponseWriter, r *http.Request) {
	action := r.URL.Query().Get("action")
	if !slices.Contains(actions, action) {
		http.Error(w, "unknown action", http.StatusBadRequest)
		return
	}
	if slices.Contains([]string{"labeled", "unlabeled"}, action) && !s.pull.Happened(action) {
		http.Error(w, "not "+action+" yet", http.StatusConflict)
		return
	}
	_, _ = w.Write(s.pull.Event(action))
}

func (s *stage) label(w http.ResponseWriter, r *http.Request, change func(name, by string)) {
	name, by := r.URL.Query().Get("name"), r.URL.Query().Get("by")
	if name == "" || by == "" {
		http.Error(w, "name and by are needed", http.StatusBadRequest)
		return
	}
	change(name, by)
	w.WriteHeader(http.StatusNoContent)
}

// commit answers with the new commit. The file's text is the body, or else the
// parameter content.
func (s *stage) commit(w http.ResponseWriter, r *http.Request) {
	path, by := r.URL.Query().Get("path"), r.URL.Query().Get("by")
	content, err := io.ReadAll(r.Body)
	if path == "" || err != nil {
		http.Error(w, "path and a body are needed", http.StatusBadRequest)
		return
	}
	if len(content) == 0 {
		content = []byte(r.URL.Query().Get("content"))
	}
	if by == "" {
		by = s.Author
	}
	_, _ = io.WriteString(w, s.repo.CommitChange("feature", githubtest.Change{
		Author: by, Files: map[string]githubtest.File{path: {Content: string(content)}},
	})+"\n")
}
