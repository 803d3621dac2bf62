package cli

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// pieces are what hostile texts are made of.
var pieces = []string{
	"a", "1", " ", "  ", "\t", "\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\u00a0", "\x1b[31m", "\x1b[", "\x1b]0;x\a", "\x7f",
	":", "::", "::error::", "::error file=x,line=1::", "::warning::", "::add-mask::a", "::stop-commands::a", "::set-output name=blocked::false", "::echo::on", "::notice", "::endgroup::",
	"#", "##", "##[", "##[error]", "##[set-output name=blocked]false", "##[stop-commands]a", "##[add-mask]a", "##[save-state name=a;b=c]", "]", "[", "##vso[task.complete]",
	"%", "%0A", "%0D", "%25", "%3A", "%2C", "%5D", "%3B", ",", ";", "=", "<<", "EOF",
	"\n_GitHubActionsFileCommandDelimeter_\n", "_GitHubActionsFileCommandDelimeter_", "blocked=false", "\nblocked=false\n",
	"`", "``", "```", "````", "```suggestion\n", "~~~", "\n```\n", "<code>", "</code>", "'", "\"", "''", `\`, `\"`,
	"<!--", "-->", "<! --", "<!-- dropgate:summary -->", "<!-- dropgate:record v1 e30= sha256=", "<!-- dropgate:finding ", "</details>", "<details>", "<summary>", "<h1>", "<img src=x>", "&lt;", "&#64;", "&#35;",
	"@octocat", "#1", "GH-1", "octo/shop#1", "https://example.com", "www.example.com", "![x](https://example.com)", "[x](javascript:x)", "# Passed", "\n# Passed\n", "| a | b |", "\n---\n", "**", "*", "_", "\n> ", "\n- ", "$x$", ":+1:",
	"\u202e", "\u202c", "\u2066", "\u2069", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\ufe0e", "\u0301", "\u0591", "\u034f", "\U000e0041", "\u115f", "\uff1a", "\uff03", "é", "名前", "👩🏽",
}

// generated returns a text of a few pieces.
func generated(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(7) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// inName returns what git takes for a part of a branch's name, without the rest.
func inName(text string) string {
	name := strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) {
			return -1
		}
		return r
	}, text)
	return "x/" + strings.Trim(strings.NewReplacer("..", "", "//", "", "@{", "").Replace(name), "/.")
}

// TestActionGeneratedText runs the whole story of a pull request whose every text
// is hostile: names of files, tables, columns and branches, comments, strings, the
// title, other labels, and who opened and labelled it.
func TestActionGeneratedText(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			text := generated(r)
			s := newStage(t, map[string]string{drop: dropUsers})
			head, base := inName("h"+generated(r)), inName("b"+generated(r))
			s.repo.Commit(base, map[string]string{"README.md": "# Base\n"})
			s.repo.CommitChange(head, githubtest.Change{Merge: base, Files: contentsOf(everywhere(text))})
			s.pr = s.repo.OpenPullRequest(base, head, "u"+generated(r))
			s.pr.SetTitle(generated(r))
			s.pr.SetBody(generated(r))
			s.pr.Label("l"+generated(r), "v"+generated(r))
			s.labeler = "w" + generated(r)
			testHostile(t, s, 6)
			if t.Failed() {
				t.Logf("the text is %q, by %q from %q into %q", text, s.labeler, head, base)
			}
		})
	}
}

func contentsOf(texts map[string]string) map[string]githubtest.File {
	files := map[string]githubtest.File{}
	for path, text := range texts {
		files[path] = githubtest.File{Content: text}
	}
	return files
}

// TestActionGeneratedConfig quotes a config of the base that is wrong.
func TestActionGeneratedConfig(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 8))
			config := fmt.Sprintf("%s: %s\n? %q: %q\n", generated(r), generated(r), generated(r), generated(r))
			s := configured(t, config, map[string]string{drop: dropUsers})
			if o := s.on("opened"); o.code != exitFailed {
				t.Errorf("exit code %d with the config %q, want 2", o.code, config)
			}
		})
	}
}

// TestActionHostileErrors lets each request of a run in turn fail with a hostile
// text, in every way that is not tried again. None of them opens the gate, and none is read as a command.
func TestActionHostileErrors(t *testing.T) {
	first := newStage(t, map[string]string{drop: dropUsers})
	first.pr.Label(label, "bob")
	var asked []string
	for _, q := range first.on("opened").requests {
		if request := q.Method + " " + q.Path; !slices.Contains(asked, request) {
			asked = append(asked, request)
		}
	}
	if len(asked) < 8 {
		t.Fatalf("only %d requests: %v", len(asked), asked)
	}
	r := rand.New(rand.NewPCG(1, 9))
	for _, request := range asked {
		for _, status := range []int{200, 401, 403, 404, 422} {
			text := generated(r) + "##[set-output name=blocked]false\n::set-output name=blocked::false"
			body := fmt.Sprintf(`{"message":%q,"errors":[%q,{"message":%q}],"documentation_url":%q}`, text, text, text, text)
			t.Run(fmt.Sprint(request, status), func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				s.pr.Label(label, "bob")
				s.fails(request, -1, githubtest.Response{
					Status: status, Body: strings.ToValidUTF8(body, "?"), Header: http.Header{"Content-Type": {"application/json"}},
				})
				if o := s.on("opened"); o.code == exitClear {
					t.Errorf("exit code 0, want 1 or 2\n%s%s", o.out, o.err)
				}
			})
		}
	}
}

// A panic takes the same way as any error: the status of an earlier run is taken
// back, and nothing of what it quotes is read as a command.
func TestActionPanic(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.env["GITHUB_EVENT_NAME"] = "pull_request_target"
			s.server.Token(jobToken, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Write, Statuses: githubtest.Write}, githubtest.Bot)
			s.pr.Label(label, "bob")
			s.on("labeled").want(t, exitClear, gate.Valid, users)
			s.now = func() time.Time { panic("forged: " + text + "##[set-output name=blocked]false") }
			s.on("edited").wantFailed(t, "this is a bug in dropgate, please report it: forged: ")
			all := s.repo.Statuses(s.pr.HeadSHA())
			if last := all[len(all)-1]; len(all) != 2 || last.State != "error" {
				t.Errorf("%d statuses, the last one %s, want 2 and error", len(all), last.State)
			}
		})
	}
}

// A panic outside of the action, and its stack, go through the same writer.
func TestPanic(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			a := &app{
				in: strings.NewReader(""), out: &out, err: &errs, now: time.Now,
				getenv: func(string) string { panic(text) },
			}
			if code := a.run(context.Background(), []string{"action"}); code != exitFailed {
				t.Errorf("exit code %d, want 2", code)
			}
			if !strings.Contains(errs.String(), "bug.go") {
				t.Errorf("no stack is printed:\n%s", errs.String())
			}
			runnerCommands(t, out.String()+"\n"+errs.String())
		})
	}
}
