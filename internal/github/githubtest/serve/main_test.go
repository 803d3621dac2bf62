package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// start runs the command until the test ends and returns its address.
func start(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, writer)
		writer.CloseWithError(err) // a start that fails ends the wait below
		done <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatalf("read address: %v", err)
	}
	return strings.TrimSpace(line)
}

func send(t *testing.T, method, url, body string, want int) string {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer example-token")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != want {
		t.Fatalf("%s %s = %d %s, want %d", method, url, res.StatusCode, data, want)
	}
	return string(data)
}

func TestServe(t *testing.T) {
	dir := t.TempDir()
	url := start(t, "-dir", dir)
	tell := func() (s state) {
		t.Helper()
		if err := json.Unmarshal([]byte(send(t, "GET", url+"/_state", "", 200)), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := tell().Head
	for _, name := range []string{"event.json", "opened.json", "labeled.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), first) {
			t.Errorf("%s does not name the head %s", name, first)
		}
	}
	send(t, "GET", url+"/_event?action=labeled", "", 409)
	send(t, "GET", url+"/_event?action=bogus", "", 400)
	send(t, "POST", url+"/_label?name=backup-check", "", 400)
	send(t, "POST", url+"/_label?name=backup-check&by=bob", "", 204)
	if got := send(t, "GET", url+"/_event?action=labeled", "", 200); !strings.Contains(got, `"backup-check"`) {
		t.Errorf("labeled = %s", got)
	}
	second := strings.TrimSpace(send(t, "POST", url+"/_commit?path=migrations/0003_more.up.sql", "DROP TABLE users;\n", 200))
	send(t, "POST", url+"/api/v3/repos/octo/shop/issues/1/comments", `{"body":"seen"}`, 201)
	send(t, "GET", url+"/repos/octo/shop?bogus=1", "", 200)
	s := tell()
	if s.Head != second || len(s.Labels) != 1 || len(s.Comments) != 1 || len(s.Requests) != 2 || len(s.Violations) != 1 {
		t.Errorf("state = %+v", s)
	}
	for event, want := range map[string]string{
		"merge_group": "gh-readonly-queue/main/pr-1-", "workflow_dispatch": "refs/heads/feature", "push": "refs/heads/main",
	} {
		if got := send(t, "GET", url+"/_event?event="+event, "", 200); !strings.Contains(got, want) {
			t.Errorf("%s = %s", event, got)
		}
	}
	send(t, "GET", url+"/_event?event=bogus", "", 400)
	send(t, "POST", url+"/_commit?path=README.md&content=%23%20Shop", "", 200)
	send(t, "POST", url+"/_unlabel?name=backup-check&by=bob", "", 204)
	if labels := tell().Labels; len(labels) != 0 {
		t.Errorf("labels = %q, want none", labels)
	}
}

func TestBadScenario(t *testing.T) {
	for content, want := range map[string]string{
		`{"repositry": "a/b"}`:                   "repositry",
		`{"tokens": {"x": {"contents": "all"}}}`: `unknown access "all"`,
		`{"tokens": {"x": {"content": "read"}}}`: `unknown permission "content"`,
	} {
		file := filepath.Join(t.TempDir(), "scenario.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(context.Background(), []string{"-scenario", file, "-dir", t.TempDir()}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
	}
	if err := run(context.Background(), []string{"-scenario", "none.json"}, io.Discard); err == nil {
		t.Error("a scenario that is not there was accepted")
	}
}
