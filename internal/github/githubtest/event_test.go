package githubtest

import (
	"encoding/json"
	"strings"
	"testing"
)

type payload struct {
	Action, Before, After, Ref string
	Created, Forced            bool
	Number                     int
	Label                      struct{ Name string }
	Sender                     struct{ Login string }
	Repository                 struct {
		FullName string `json:"full_name"`
	}
	PullRequest struct {
		Title  string
		Labels []struct{ Name string }
		Head   struct {
			SHA  string
			Repo *struct {
				FullName string `json:"full_name"`
				Fork     bool
			}
		}
		Base struct{ SHA, Ref string }
	} `json:"pull_request"`
	MergeGroup struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
		BaseSHA string `json:"base_sha"`
	} `json:"merge_group"`
	Commits []struct{ ID string }
	Changes struct {
		Base struct{ Ref struct{ From string } }
	}
}

// read decodes an event, which must tell nothing of the sample it was made from.
func read(t *testing.T, data []byte) payload {
	t.Helper()
	var e payload
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"Codertocat", "Octocoders", "Hello-World", "octo-repo"} {
		if i := strings.Index(string(data), word); i >= 0 {
			t.Errorf("the payload still has %q: …%s…", word, data[max(0, i-80):i+40])
		}
	}
	return e
}

func TestPullRequestEvents(t *testing.T) {
	_, r, p, _ := shop(t)
	first := p.HeadSHA()
	opened := read(t, p.Event("opened"))
	if opened.Number != 1 || opened.Repository.FullName != "octo/shop" || opened.PullRequest.Head.SHA != first || opened.Sender.Login != "alice" {
		t.Errorf("opened = %+v", opened)
	}
	p.Label("backup-check", "bob")
	labeled := read(t, p.Event("labeled"))
	if labeled.Label.Name != "backup-check" || labeled.Sender.Login != "bob" || len(labeled.PullRequest.Labels) != 1 {
		t.Errorf("labeled = %+v", labeled)
	}
	if e := read(t, p.Event("labeled", WithoutLabels(), Sender(p, "eve"))); len(e.PullRequest.Labels) != 0 || e.Sender.Login != "eve" {
		t.Errorf("patched = %+v", e)
	}
	second := r.Commit("feature", map[string]string{"x": "y"})
	pushed := read(t, p.Event("synchronize"))
	if pushed.Before != first || pushed.After != second || pushed.PullRequest.Head.SHA != second {
		t.Errorf("synchronize = %+v", pushed)
	}
	if e := read(t, p.Event("edited", ChangedBase("develop", first))); e.Action != "edited" || e.Changes.Base.Ref.From != "develop" {
		t.Errorf("edited = %+v", e)
	}
	p.SetFork(true)
	if head := read(t, p.Event("reopened")).PullRequest.Head; head.Repo == nil || !head.Repo.Fork || head.Repo.FullName != "alice/shop" {
		t.Errorf("head of a fork = %+v", head.Repo)
	}
	p.DeleteFork()
	if head := read(t, p.Event("ready_for_review")).PullRequest.Head; head.Repo != nil {
		t.Errorf("head of a deleted fork = %+v", head.Repo)
	}
}

// TestBaseLags shows that the payload and the API tell the base as it was at
// the last push, while the diff is against the base as it is.
func TestBaseLags(t *testing.T) {
	_, r, p, _ := shop(t)
	was := r.Head("main")
	r.Commit("main", map[string]string{"x": "y"})
	if got := read(t, p.Event("opened")).PullRequest.Base.SHA; got != was {
		t.Errorf("base = %s, want %s", got, was)
	}
	r.Commit("feature", map[string]string{"z": ""})
	if got := read(t, p.Event("opened")).PullRequest.Base.SHA; got != r.Head("main") {
		t.Errorf("base after a push = %s, want %s", got, r.Head("main"))
	}
}

func TestOtherEvents(t *testing.T) {
	_, r, p, c := shop(t)
	before := r.Head("main")
	group := read(t, r.MergeGroupEvent(p))
	queue := "gh-readonly-queue/main/pr-1-" + before
	if group.MergeGroup.BaseSHA != before || group.MergeGroup.HeadRef != "refs/heads/"+queue || r.Head(queue) != group.MergeGroup.HeadSHA {
		t.Errorf("merge_group = %+v", group.MergeGroup)
	}
	merged := p.Merge("bob")
	push := read(t, r.PushEvent("main", before, merged))
	if push.Ref != "refs/heads/main" || push.Before != before || push.After != merged || len(push.Commits) != 2 || push.Forced {
		t.Errorf("push = %+v", push)
	}
	if e := read(t, r.PushEvent("feature", "", p.HeadSHA())); !e.Created || e.Before != strings.Repeat("0", 40) || e.Forced {
		t.Errorf("push of a new branch = %+v", e)
	}
	if e := read(t, r.DispatchEvent("feature", "bob")); e.Ref != "refs/heads/feature" || e.Sender.Login != "bob" {
		t.Errorf("workflow_dispatch = %+v", e)
	}
	having := decode[[]object](t, c.get("/repos/octo/shop/commits/"+merged+"/pulls"))
	if len(having) != 1 || having[0]["number"] != 1.0 || having[0]["merged_at"] == nil {
		t.Errorf("pull requests of the merge = %v", having)
	}
	files := decode[[]object](t, c.get("/repos/octo/shop/pulls/1/files"))
	if len(files) != 4 {
		t.Errorf("%d files after the merge, want 4", len(files))
	}
}
