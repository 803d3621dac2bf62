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

// scopes are the permissions by the names that GitHub's header has for them.
var scopes = []struct {
	name string
	give func(*Permissions, Access)
}{
	{"actions", func(p *Permissions, a Access) { p.Actions = a }},
	{"administration", func(p *Permissions, a Access) { p.Administration = a }},
	{"checks", func(p *Permissions, a Access) { p.Checks = a }},
	{"contents", func(p *Permissions, a Access) { p.Contents = a }},
	{"issues", func(p *Permissions, a Access) { p.Issues = a }},
	{"pull_requests", func(p *Permissions, a Access) { p.PullRequests = a }},
	{"statuses", func(p *Permissions, a Access) { p.Statuses = a }},
}

// refuse tells a token that it lacks a permission, and each that would do.
func (n need) refuse() answer {
	var sets []string
	for _, scope := range scopes {
		for access, name := range map[Access]string{Read: "read", Write: "write"} {
			var has, less Permissions
			scope.give(&has, access)
			scope.give(&less, access-1)
			if n(has) && !n(less) {
				sets = append(sets, scope.name+"="+name)
			}
		}
	}
	a := notAllowed()
	a.header = http.Header{"X-Accepted-Github-Permissions": {strings.Join(sets, "; ")}}
	return a
}

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
