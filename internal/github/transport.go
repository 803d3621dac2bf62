package github

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// attempts bounds how often one request is sent.
	attempts = 4
	// answerLimit bounds an answer: GitHub serves blobs of up to 100 MB, which
	// base64 makes a third larger.
	answerLimit = 160 << 20
	// blindWait is what GitHub asks to wait for when it does not say how long.
	blindWait = time.Minute
)

// transport signs requests to the API's host, waits out limits, and repeats
// what may be repeated. It sits below go-github because version 60 takes a 429
// for any other error, and after a limit refuses on its own for up to an hour.
type transport struct {
	next    http.RoundTripper
	timeout time.Duration
	token   string
	base    *url.URL
	sleep   func(context.Context, time.Duration) error
	now     func() time.Time

	mu     sync.Mutex
	budget time.Duration // what is left to wait
}

func newTransport(o Options, base *url.URL) *transport {
	t := &transport{
		next: http.DefaultTransport, timeout: defaultTimeout,
		token: strings.TrimSpace(o.Token), base: base,
		sleep: o.Sleep, now: o.Now, budget: o.MaxWait,
	}
	if o.MaxWait == 0 {
		t.budget = DefaultMaxWait
	}
	if o.HTTP != nil {
		if o.HTTP.Transport != nil {
			t.next = o.HTTP.Transport
		}
		if o.HTTP.Timeout > 0 {
			t.timeout = o.HTTP.Timeout
		}
	}
	return t
}

type repeatableKey struct{}

// repeatable marks the POSTs under ctx as ones that do no harm when they are
// carried out twice.
func repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

// mayRepeat reports whether sending the request again after an answer that did
// not come is harmless. The package's PATCH requests set a whole body.
func mayRepeat(req *http.Request) bool {
	return req.Method != http.MethodPost || req.Context().Value(repeatableKey{}) != nil
}

// lateKey marks requests for what GitHub itself has named, which it may have to find yet.
type lateKey struct{}

// mayBeLate marks the requests under ctx as ones for what is there for certain: a
// 404 says then that one of GitHub's servers has not heard of it yet.
func mayBeLate(ctx context.Context) context.Context {
	return context.WithValue(ctx, lateKey{}, true)
}

// triesHeader tells go-github's caller how often a request was sent.
const triesHeader = "Dropgate-Tries"

// fullHeader tells go-github's caller that an answer lists as many entries as a
// page has, by a sum of them.
const fullHeader = "Dropgate-Full"

// noAnswer is an answer that never came in full, however often it was asked for.
type noAnswer struct {
	cause error
	tries int
}

func (l *noAnswer) Error() string { return l.cause.Error() }
func (l *noAnswer) Unwrap() error { return l.cause }

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, tries, err := t.send(req)
	if err != nil {
		return nil, &noAnswer{err, tries}
	}
	forgetRate(resp.Header)
	resp.Header.Set(triesHeader, strconv.Itoa(tries))
	return resp, nil
}

// send sends the request until there is an answer to keep.
func (t *transport) send(req *http.Request) (resp *http.Response, tries int, err error) {
	for tries = 1; ; tries++ {
		resp, err = t.once(req)
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return nil, tries, ctxErr
		}
		wait, again := t.again(req, resp, err, tries)
		if !again {
			return resp, tries, err
		}
		if tries < attempts && t.pause(req.Context(), wait) == nil {
			continue
		}
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return nil, tries, ctxErr
		}
		if err == nil && isLimit(resp) {
			return nil, tries, fmt.Errorf("%w, and that lasts %s longer", ErrRateLimited, wait.Round(time.Second))
		}
		return resp, tries, err
	}
}

// again reports whether a request is to be sent again, and after how long.
func (t *transport) again(req *http.Request, resp *http.Response, err error, tries int) (wait time.Duration, again bool) {
	wait = time.Second << (tries - 1)
	switch {
	case err == nil && isLimit(resp):
		// A refused request was not carried out, so any may be sent again.
		return t.limitWait(resp, tries-1), true
	case err == nil && resp.StatusCode == http.StatusNotFound:
		return wait, req.Context().Value(lateKey{}) != nil
	case err == nil && resp.StatusCode < 500, errors.Is(err, ErrTooLarge):
		return 0, false
	}
	return wait, mayRepeat(req)
}

// once sends the request and reads the whole answer, so that one that is late, or
// breaks off in the middle, counts as an attempt that failed.
func (t *transport) once(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout)
	defer cancel()
	out := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	// A redirect to another host comes through here too, and gets no token.
	if sameHost(out.URL, t.base) {
		out.Header.Set("Authorization", "Bearer "+t.token)
	} else {
		out.Header.Del("Authorization")
	}
	resp, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, t.inTime(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", t.inTime(err))
	}
	if len(data) > answerLimit {
		return nil, fmt.Errorf("%w: an answer of more than %d bytes", ErrTooLarge, answerLimit)
	}
	good := resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated
	if good && !json.Valid(data) && (len(data) > 0 || !isWrite(req)) {
		return nil, fmt.Errorf("%w: it is not JSON, or cut off after %d bytes", ErrIncomplete, len(data))
	}
	resp.Header.Del(fullHeader)
	if n := entries(data); n == perPage || n == usualPage {
		resp.Header.Set(fullHeader, fmt.Sprintf("%x", sha256.Sum256(data)))
	}
	if good {
		data = withoutProperties(data)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, nil
}

// properties is a field of repositories whose values may be lists, for which
// go-github has only texts: it would refuse the whole answer.
const properties = "custom_properties"

// withoutProperties drops the field from an answer that has it.
func withoutProperties(data []byte) []byte {
	if !bytes.Contains(data, []byte(`"`+properties+`"`)) {
		return data
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var answer any
	if decoder.Decode(&answer) != nil {
		return data
	}
	drop(answer, properties)
	if less, err := json.Marshal(answer); err == nil {
		return less
	}
	return data
}

// drop takes a field out of every object.
func drop(value any, name string) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			drop(item, name)
		}
	case map[string]any:
		delete(value, name)
		for _, field := range value {
			drop(field, name)
		}
	}
}

// isWrite reports whether a request is there for what it does, so that an answer
// without a word to it is one.
func isWrite(req *http.Request) bool {
	return req.Method != http.MethodGet && !strings.HasSuffix(req.URL.Path, "/graphql")
}

// entries returns how many entries a list has, also one that comes in an object: the
// commits of a comparison, the runs of a workflow.
func entries(data []byte) int {
	var list []json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		_ = json.Unmarshal(data, &list) // valid, or an error's page
		return len(list)
	}
	if !bytes.Contains(data, []byte(`"merge_base_commit"`)) && !bytes.Contains(data, []byte(`"workflow_runs"`)) {
		return 0 // a file of 100 MB need not be read once more
	}
	var lists struct {
		Commits []json.RawMessage `json:"commits"`
		Runs    []json.RawMessage `json:"workflow_runs"`
	}
	_ = json.Unmarshal(data, &lists)
	return max(len(lists.Commits), len(lists.Runs))
}

// inTime says it in words if an attempt ended because its time was up.
func (t *transport) inTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", t.timeout)
	}
	return err
}

// isLimit tells GitHub's limits from a missing permission, which has the same
// status. The body is read and put back.
func isLimit(resp *http.Response) bool {
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		return true
	case resp.StatusCode != http.StatusForbidden:
		return false
	case resp.Header.Get("Retry-After") != "", resp.Header.Get("X-Ratelimit-Remaining") == "0":
		return true
	}
	a := readAnswer(resp)
	text := strings.ToLower(a.Message)
	return strings.HasSuffix(a.Documentation, "rate-limits") ||
		strings.Contains(text, "secondary rate limit") || strings.Contains(text, "abuse detection")
}

// limitWait returns how long the limit lasts, in GitHub's order of precedence.
func (t *transport) limitWait(resp *http.Response, attempt int) time.Duration {
	after := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(at.Sub(t.now()), 0)
	}
	// The reset is that of the primary limit; it says nothing while some is left.
	if resp.Header.Get("X-Ratelimit-Remaining") == "0" {
		reset, err := strconv.ParseInt(resp.Header.Get("X-Ratelimit-Reset"), 10, 64)
		if err == nil {
			return max(time.Unix(reset, 0).Sub(t.now()), 0) + time.Second
		}
	}
	return blindWait << attempt
}

// pause waits if the budget allows it.
func (t *transport) pause(ctx context.Context, wait time.Duration) error {
	t.mu.Lock()
	if wait > t.budget {
		t.mu.Unlock()
		return ErrRateLimited
	}
	t.budget -= wait
	t.mu.Unlock()
	return t.sleep(ctx, wait)
}

// forgetRate hides the rate from go-github, which else refuses requests on its
// own once none remains.
func forgetRate(h http.Header) {
	for _, name := range []string{"X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Retry-After"} {
		h.Del(name)
	}
}
