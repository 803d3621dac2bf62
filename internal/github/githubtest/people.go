package githubtest

import (
	"slices"
	"strings"
)

// Team makes a team of an organisation, named "org/team", with these members. One
// written as "invited:login" has not accepted yet.
func (s *Server) Team(name string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teams[strings.ToLower(name)] = members
}

// CustomRole gives a person a role that the organisation made up from one of
// those that [Repository.Role] knows.
func (r *Repository) CustomRole(login, name, from string) {
	r.Role(login, from)
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.custom[login] = name
}

// account renders whoever an author of a commit is; null for an e-mail address
// that belongs to nobody.
func (s *Server) account(login string) any {
	if strings.Contains(login, "@") {
		return nil
	}
	return s.user(login)
}

// getMembership tells whether somebody is in a team, if the token may know.
func getMembership(c *call) answer {
	if c.server.tokens[bearer(c.Request)].permissions.Members < Read {
		return notAllowed()
	}
	login := c.PathValue("login")
	members := c.server.teams[strings.ToLower(c.PathValue("organisation")+"/"+c.PathValue("team"))]
	if slices.Contains(members, "invited:"+login) {
		return ok(object{"url": apiURL + c.URL.Path, "role": "member", "state": "pending"})
	}
	if !slices.Contains(members, login) {
		return notFound()
	}
	return ok(object{"url": apiURL + c.URL.Path, "role": "member", "state": "active"})
}
