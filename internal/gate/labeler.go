package gate

import (
	"fmt"
	"slices"
	"strings"
)

// A Role is what somebody may do in a repository, from little to much.
type Role int

// The roles; custom ones are told by what they may do at least.
const (
	NoRole Role = iota
	Read
	Triage
	Write
	Maintain
	Admin
)

var roles = []string{"none", "read", "triage", "write", "maintain", "admin"}

// ParseRole returns the role of that name, in any case of its letters.
func ParseRole(name string) (Role, bool) {
	i := slices.Index(roles, strings.ToLower(name))
	return Role(max(i, 0)), i >= 0
}

// String returns the role's name.
func (r Role) String() string { return roles[r] }

// A Team is a team of an organisation.
type Team struct{ Organisation, Name string }

// String returns the team as it is mentioned.
func (t Team) String() string { return "@" + t.Organisation + "/" + t.Name }

// Labelers are those whose label counts. The zero value is everybody.
type Labelers struct {
	Logins []string
	Teams  []Team
	Least  Role // NoRole: a role is not enough
}

// ParseLabelers reads logins, @org/team, and the least roles triage, write,
// maintain and admin, of which the lowest counts.
func ParseLabelers(list []string) Labelers {
	var l Labelers
	for _, entry := range list {
		role, isRole := ParseRole(entry)
		organisation, name, _ := strings.Cut(strings.TrimPrefix(entry, "@"), "/")
		switch {
		case strings.HasPrefix(entry, "@"):
			l.Teams = append(l.Teams, Team{organisation, name})
		case !isRole || role < Triage:
			l.Logins = append(l.Logins, entry)
		case l.Least == NoRole || role < l.Least:
			l.Least = role
		}
	}
	return l
}

// Everybody reports whether it makes no difference who puts the label on.
func (l Labelers) Everybody() bool {
	return len(l.Logins) == 0 && len(l.Teams) == 0 && l.Least == NoRole
}

// Name reports whether somebody is listed by login.
func (l Labelers) Name(login string) bool {
	return slices.ContainsFunc(l.Logins, func(name string) bool { return sameLogin(name, login) })
}

func sameLogin(a, b string) bool { return a != "" && strings.EqualFold(a, b) }

// mostNamed is how many labelers a sentence names.
const mostNamed = 8

// String returns who they are, as they come after "from".
func (l Labelers) String() string {
	all := slices.Clone(l.Logins)
	for _, t := range l.Teams {
		all = append(all, "the team "+t.String())
	}
	if len(all) > mostNamed {
		all = append(all[:mostNamed], fmt.Sprintf("%d more that the config names", len(all)-mostNamed))
	}
	switch {
	case l.Least == Admin:
		all = append(all, "whoever has the role admin")
	case l.Least != NoRole:
		all = append(all, fmt.Sprintf("whoever has the role %s or a higher one", l.Least))
	}
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + " or " + all[last]
}

// A Check is what came of asking whether whoever put the label on may do that.
// The zero value says that nobody asked, which counts as no.
type Check struct {
	OK  bool
	Why string // if not: a clause that says why
}

func no(format string, args ...any) Check { return Check{Why: fmt.Sprintf(format, args...)} }

// CheckPerson is what can be said without asking anybody: somebody must be known
// to have put the label on, and an app counts only where the config names it.
func (p Policy) CheckPerson(e Evidence) Check {
	switch {
	case e.By == "":
		return no("who put it on cannot be told")
	case e.App && !p.Labelers.Name(e.By):
		return no("%s is an app, and an app's label counts only if labelers has its login", e.By)
	}
	return Check{OK: true}
}

// A Commit is one of the change's, with the logins that GitHub gives to its two
// addresses; empty where an address belongs to no account.
type Commit struct{ SHA, Author, Committer string }

// webFlow is who commits what is made in GitHub's pages: nobody. The author of
// such a commit is who pressed the button.
const webFlow = "web-flow"

// CheckOpener says whether whoever put the label on is another person than the
// one who opened the pull request.
func CheckOpener(by, opener string) Check {
	switch {
	case opener == "":
		return no("who opened the pull request cannot be told")
	case sameLogin(by, opener):
		return no("%s opened the pull request", by)
	}
	return Check{OK: true}
}

// CheckCommits says whether whoever put the label on is neither author nor
// committer of any of the commits that lead to head, which must be as many as
// the pull request has. An address without an account can be anybody's.
func CheckCommits(by string, commits []Commit, total int, head string) Check {
	for _, c := range commits {
		switch {
		case sameLogin(by, c.Author):
			return no("%s wrote the commit %s", by, c.short())
		case sameLogin(by, c.Committer):
			return no("%s committed %s", by, c.short())
		}
	}
	switch {
	case len(commits) < total:
		return no("GitHub lists %d of the %d commits, and the others may be by %s", len(commits), total, by)
	case !slices.ContainsFunc(commits, func(c Commit) bool { return c.SHA == head }):
		return no("GitHub's list of the commits does not have the head %s", Commit{SHA: head}.short())
	}
	for _, c := range commits {
		if c.Author == "" || sameLogin(c.Author, webFlow) || c.Committer == "" {
			return no("an e-mail address of the commit %s belongs to no account, so it may be by %s too: "+
				"add the address to the account of whoever made it, and run this again", c.short(), by)
		}
	}
	return Check{OK: true}
}

func (c Commit) short() string { return c.SHA[:min(len(c.SHA), 10)] }
