package github

import (
	"bytes"
	"context"
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

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.send(req)
	if err != nil {
		return nil, err
	}
	forgetRate(resp.Header)
	return resp, nil
}

// send sends the request until there is an answer to keep.
func (t *transport) send(req *http.Request) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		resp, err := t.once(req)
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return nil, ctxErr
		}
		var wait time.Duration
		limited := err == nil && isLimit(resp)
		switch {
		case limited:
			// A refused request was not carried out, so any may be sent again.
			wait = t.limitWait(resp, attempt)
		case err == nil && resp.StatusCode < 500:
			return resp, nil
		case !mayRepeat(req):
			return resp, err
		default:
			wait = time.Second << attempt
		}
		if attempt+1 < attempts && t.pause(req.Context(), wait) == nil {
			continue
		}
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return nil, ctxErr
		}
		if limited {
			return nil, fmt.Errorf("%w: it lasts %s longer", ErrRateLimited, wait.Round(time.Second))
		}
		return resp, err
	}
}

// once sends the request and reads the whole answer, so that a connection that
// breaks in the middle of a body counts as an attempt that failed.
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
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(data) > answerLimit {
		return nil, fmt.Errorf("%w: an answer of more than %d bytes", ErrTooLarge, answerLimit)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, nil
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
