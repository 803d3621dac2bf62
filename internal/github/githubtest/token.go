package githubtest

import (
	"net/http"
	"strings"
)

// Access is what a token may do with one kind of thing.
type Access int

// The accesses that a workflow's permissions block can name. The zero value is
// none.
const (
	Read Access = iota + 1
	Write
)

// Permissions are those of a workflow's permissions block. What is left out is
// none, as on GitHub. Metadata can always be read.
type Permissions struct {
	Actions        Access
	Administration Access // no workflow token can have it
	Checks         Access
	Contents       Access
	Issues         Access
	Members        Access // of an organisation; no workflow token can have it
	PullRequests   Access
	Statuses       Access
}

// Bot is who a workflow's own token acts as.
const Bot = "github-actions[bot]"

type token struct {
	permissions Permissions
	login       string
}

// Token makes the server accept a token. Identity is who it acts as, such as
// [Bot]. Giving a known token again changes what it may do.
func (s *Server) Token(value string, p Permissions, identity string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value] = &token{p, identity}
}

// need is what a route asks of a token: one of several permissions.
type need func(Permissions) bool

func metadata(Permissions) bool { return true }

func readContents(p Permissions) bool { return p.Contents >= Read }
func pulls(want Access) need          { return func(p Permissions) bool { return p.PullRequests >= want } }
func statuses(want Access) need       { return func(p Permissions) bool { return p.Statuses >= want } }
func checks(want Access) need         { return func(p Permissions) bool { return p.Checks >= want } }
func actions(want Access) need        { return func(p Permissions) bool { return p.Actions >= want } }

func administration(want Access) need {
	return func(p Permissions) bool { return p.Administration >= want }
}

// conversation is what the issue interface asks for on a pull request: the
// permission on issues or the one on pull requests.
func conversation(want Access) need {
	return func(p Permissions) bool { return p.Issues >= want || p.PullRequests >= want }
}

// bearer returns the token of a request, whichever way it is sent.
func bearer(r *http.Request) string {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "bearer") || strings.EqualFold(kind, "token") {
		return value
	}
	return ""
}
