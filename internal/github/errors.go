package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	gh "github.com/google/go-github/v60/github"
)

// What an [Error] can be, for errors.Is.
var (
	// ErrForbidden says that the token may not do it: it lacks a permission, or
	// the pull request is a fork's and the token can only read.
	ErrForbidden = errors.New("not permitted")
	// ErrNotFound says that there is nothing there, or nothing the token can see.
	ErrNotFound = errors.New("not found")
	// ErrUnprocessable says that GitHub understood the request and refused it.
	ErrUnprocessable = errors.New("refused")
	// ErrRateLimited says that a limit would outlast MaxWait.
	ErrRateLimited = errors.New("GitHub's rate limit is reached")
	// ErrTooLarge says that GitHub does not hand out something of that size.
	ErrTooLarge = errors.New("too large")
	// ErrIncomplete says that an answer holds less than it promises.
	ErrIncomplete = errors.New("incomplete answer")
)

// An Error is a call that failed, in words for people. Message is GitHub's and
// may quote what a pull request's author wrote.
type Error struct {
	Do      string // what was tried: "read pull request 7"
	Status  int    // the HTTP status; 0 when no answer came
	Tries   int    // how often it was tried; 0 when that does not matter
	Message string // GitHub's own words, at most 300 bytes
	Hint    string // what to do about it, if that is known

	full  string // Message, not cut
	cause error
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Do + ": "
	if e.Status == 0 {
		s += e.cause.Error()
	} else {
		s += strings.TrimSpace(fmt.Sprintf("GitHub answers %d %s", e.Status, e.Message))
	}
	if e.Tries > 1 {
		s += fmt.Sprintf(" (tried %d times)", e.Tries)
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns one of the package's errors, or what kept the answer away.
func (e *Error) Unwrap() error { return e.cause }

// A call is one thing asked of GitHub: what for, and the permission it takes.
type call struct{ do, need string }

func callf(need, format string, args ...any) call {
	return call{do: fmt.Sprintf(format, args...), need: need}
}

// fail turns go-github's error into the package's own.
func (c call) fail(err error) error {
	if err == nil {
		return nil
	}
	var answer *gh.ErrorResponse
	if !errors.As(err, &answer) || answer.Response == nil {
		return c.lost(err)
	}
	said := readAnswer(answer.Response)
	header := answer.Response.Header
	e := &Error{Do: c.do, Status: answer.Response.StatusCode, Message: shorten(said.text(), 300), full: said.text(), cause: err}
	e.Tries, _ = strconv.Atoi(header.Get(triesHeader))
	switch {
	case said.has("too_large"):
		e.cause = ErrTooLarge
	case e.Status == http.StatusUnauthorized:
		e.Hint = "the token is not valid, or no longer: leave the input `github-token` out, or give it one that is"
	case e.Status == http.StatusForbidden:
		e.cause = ErrForbidden
		e.Hint = fmt.Sprintf("the token may not: add %s under `permissions:` in the workflow", c.needs(header))
		if strings.Contains(c.needs(header), ": write") {
			e.Hint += " (for a pull request from a fork it stays read-only)"
		}
	case e.Status == http.StatusNotFound:
		e.cause = ErrNotFound
		e.Hint = fmt.Sprintf("it does not exist, or the token may not see it for want of %s under `permissions:`", c.needs(header))
	case e.Status == http.StatusUnprocessableEntity:
		e.cause = ErrUnprocessable
	case e.Status >= 500:
		e.Hint = tryLater
	}
	return e
}

const tryLater = "run the job again once GitHub is well (https://www.githubstatus.com)"

// lost is the error for an answer that did not come.
func (c call) lost(err error) error {
	e := &Error{Do: c.do, cause: err}
	var away *noAnswer
	if errors.As(err, &away) {
		e.Tries, e.cause = away.tries, away.cause // the address says nothing that c.do does not
	}
	switch {
	case errors.Is(err, ErrRateLimited):
		e.Hint = "run the job again after that, or give the action a token with a limit of its own as `github-token`"
	case errors.Is(err, context.DeadlineExceeded):
		e.cause, e.Hint = fmt.Errorf("%w: the run's own time is up", err), tryLater
	case away != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, ErrTooLarge):
		e.Hint = tryLater
	}
	return e
}

// needs names the permissions that a request takes, as the lines of a workflow that
// grant them: what GitHub says it accepts, or else what its documentation has.
func (c call) needs(h http.Header) string {
	scope, _, _ := strings.Cut(c.need, ":")
	best := []string{c.need}
	for i, set := range strings.Split(h.Get("X-Accepted-Github-Permissions"), ";") {
		lines := permissionLines(set)
		fits := slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, scope+":") })
		if len(lines) > 0 && (i == 0 || fits) {
			best = lines
		}
	}
	return "`" + strings.Join(best, "` and `") + "`"
}

var permission = regexp.MustCompile(`^\s*([a-z_]+)=(read|write)\s*$`)

// permissionLines turns "contents=read,pull_requests=read" into a workflow's lines. A
// set with anything else in it cannot be granted to a workflow's token.
func permissionLines(set string) []string {
	var lines []string
	for part := range strings.SplitSeq(set, ",") {
		m := permission.FindStringSubmatch(part)
		switch {
		case m == nil:
			return nil
		case m[1] != "metadata": // which every token has
			lines = append(lines, strings.ReplaceAll(m[1], "_", "-")+": "+m[2])
		}
	}
	return lines
}

// incomplete is the error for an answer that lacks what it must have.
func (c call) incomplete(format string, args ...any) error {
	return &Error{Do: c.do, cause: fmt.Errorf("%w: "+format, append([]any{ErrIncomplete}, args...)...)}
}

// refused reports whether GitHub said no, so that nothing was carried out.
// Anything else, a lost answer above all, leaves that open.
func refused(err error) bool {
	var e *Error
	return errors.Is(err, ErrRateLimited) || errors.As(err, &e) && e.Status >= 400 && e.Status < 500
}

// An answer is GitHub's error body. Its errors are objects or strings, in a list
// or not, so they stay raw: go-github gives up on the whole body for one string.
type answer struct {
	Message       string          `json:"message"`
	Documentation string          `json:"documentation_url"`
	Errors        json.RawMessage `json:"errors"`
}

// readAnswer reads an error's body and puts it back.
func readAnswer(resp *http.Response) answer {
	data, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	var a answer
	if err != nil || json.Unmarshal(data, &a) != nil {
		return answer{}
	}
	return a
}

// details returns the errors' own texts and codes.
func (a answer) details() []string {
	var list []json.RawMessage
	if json.Unmarshal(a.Errors, &list) != nil {
		list = []json.RawMessage{a.Errors}
	}
	var texts []string
	for _, raw := range list {
		var text string
		var object struct{ Message, Field, Code string }
		if json.Unmarshal(raw, &text) != nil && json.Unmarshal(raw, &object) == nil {
			text = strings.TrimSpace(strings.Join([]string{object.Field, object.Code, object.Message}, " "))
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// has reports whether one of the details has the word.
func (a answer) has(word string) bool {
	return strings.Contains(strings.Join(a.details(), " "), word)
}

func (a answer) text() string {
	s := a.Message
	if d := a.details(); len(d) > 0 {
		s += " (" + strings.Join(d, "; ") + ")"
	}
	return s
}

// shorten cuts s to at most limit bytes, between two characters.
func shorten(s string, limit int) string {
	const dots = "…"
	if len(s) <= limit {
		return s
	}
	cut := limit - len(dots)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + dots
}
