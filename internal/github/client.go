package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// Limits of a client that its options leave open.
const (
	// DefaultMaxWait is how long a client waits in all for GitHub's limits to pass.
	DefaultMaxWait = 2 * time.Minute
	// defaultTimeout bounds one attempt, its body included.
	defaultTimeout = 60 * time.Second
	// perPage is the most entries GitHub puts on a page, and usualPage how many
	// without being asked for more.
	perPage, usualPage = 100, 30
)

// Options say which repository to talk to, where, and as whom.
type Options struct {
	Token      string // sent to APIURL's host only
	APIURL     string // GITHUB_API_URL, such as https://api.github.com or https://ghe.corp/api/v3
	GraphQLURL string // GITHUB_GRAPHQL_URL, on APIURL's host; empty: the viewer is the default one, and files are read one by one
	Repository string // "owner/name"

	// HTTP sends the requests; its Timeout bounds each attempt by itself. Nil
	// asks for a client with a timeout of one minute. Redirects that leave
	// APIURL's host are never followed.
	HTTP *http.Client
	// Sleep waits, or returns early with the context's error.
	Sleep func(context.Context, time.Duration) error
	// Now tells the time; GitHub says when a limit ends by the wall clock.
	Now func() time.Time
	// MaxWait bounds all waiting of this client together. 0 asks for
	// DefaultMaxWait, a negative one for none.
	MaxWait time.Duration
}

// A Client talks to one repository.
type Client struct {
	api         *gh.Client
	graphql     string
	owner, name string
	transport   *transport
	known       known
}

// New returns a client. It fails without a token, a clock, or an "owner/name",
// and on an address that is not one of http or https.
func New(o Options) (*Client, error) {
	if strings.TrimSpace(o.Token) == "" {
		return nil, errors.New("no GitHub token: give the action `github-token`")
	}
	if o.Sleep == nil || o.Now == nil {
		return nil, errors.New("a GitHub client needs both Sleep and Now")
	}
	owner, name, err := splitRepository(o.Repository)
	if err != nil {
		return nil, err
	}
	base, err := parseURL("GITHUB_API_URL", o.APIURL)
	if err != nil {
		return nil, err
	}
	if err := checkGraphQL(o.GraphQLURL, base); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	t := newTransport(o, base)
	client := http.Client{Transport: t, CheckRedirect: stayAt(base)}
	if o.HTTP != nil {
		client.Jar = o.HTTP.Jar
	}
	api := gh.NewClient(&client)
	api.BaseURL = base // go-github's own constructor would append /api/v3
	api.UserAgent = "dropgate"
	return &Client{api: api, graphql: o.GraphQLURL, owner: owner, name: name, transport: t}, nil
}

var repositoryPart = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func splitRepository(s string) (owner, name string, err error) {
	owner, name, _ = strings.Cut(s, "/")
	for _, part := range []string{owner, name} {
		if !repositoryPart.MatchString(part) || part == "." || part == ".." {
			return "", "", fmt.Errorf("repository %q: want owner/name", s)
		}
	}
	return owner, name, nil
}

// parseURL reads an address. It keeps the address itself out of its errors,
// since one with a password in it is refused here.
func parseURL(variable, s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is not an address", variable)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, fmt.Errorf("%s: want an address such as https://api.github.com", variable)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%s: want an address without a login, a query or a fragment", variable)
	}
	return u, nil
}

// checkGraphQL refuses a GraphQL address elsewhere: the token would go there.
func checkGraphQL(s string, base *url.URL) error {
	if s == "" {
		return nil
	}
	u, err := parseURL("GITHUB_GRAPHQL_URL", s)
	if err != nil {
		return err
	}
	if !sameHost(u, base) {
		return fmt.Errorf("GITHUB_GRAPHQL_URL is on %s, GITHUB_API_URL on %s: want one host", u.Host, base.Host)
	}
	return nil
}

// stayAt follows redirects, as of a repository that was renamed, on one host: what
// another one says is not GitHub's word.
func stayAt(base *url.URL) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if !sameHost(req.URL, base) {
			return fmt.Errorf("it redirects to %s, and %s is asked alone", req.URL.Host, base.Host)
		}
		if len(via) >= 10 {
			return errors.New("it redirects ten times")
		}
		return nil
	}
}

func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

var objectName = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// checkName refuses what is not a git object's name, before it becomes part of
// an address.
func checkName(kind, sha string) error {
	if !objectName.MatchString(sha) {
		return fmt.Errorf("%s %q: want the name of a git object in full", kind, sha)
	}
	return nil
}

// pages calls list for page after page and reports whether there are more than
// most pages.
func pages(most int, list func(gh.ListOptions) (*gh.Response, error)) (more bool, err error) {
	page, last := 1, ""
	for range most {
		resp, err := list(gh.ListOptions{Page: page, PerPage: perPage})
		if err != nil {
			return false, err
		}
		next := resp.NextPage
		// A full page without any links may not be the last: not all servers, nor all
		// that stand between, pass the links on. One that knows no pages repeats itself.
		if sum := resp.Header.Get(fullHeader); resp.Header.Get("Link") == "" && sum != "" && sum != last {
			next, last = page+1, sum
		}
		if next <= page {
			return false, nil
		}
		page = next
	}
	return true, nil
}

// mostPages bounds every list that GitHub itself does not bound: 30,000 entries.
const mostPages = 300

var errEndless = errors.New("more pages than can be read")

// allPages is pages for lists that are of no use in part.
func allPages(list func(gh.ListOptions) (*gh.Response, error)) error {
	more, err := pages(mostPages, list)
	if err == nil && more {
		return errEndless
	}
	return err
}
