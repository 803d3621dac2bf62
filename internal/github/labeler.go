package github

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/dropgate/dropgate/internal/gate"
)

// mostCommits is where GitHub stops listing a pull request's commits.
const mostCommits = 250

// Commits lists the commits of pr with the logins of their authors and
// committers. Beyond 250 GitHub lists no more: pr says how many there are.
func (c *Client) Commits(ctx context.Context, pr *PullRequest) ([]gate.Commit, error) {
	var commits []gate.Commit
	// A push between two pages can repeat a commit; it must not hide a missing one.
	seen := map[string]bool{}
	_, err := pages(mostCommits/usualPage+1, func(o gh.ListOptions) (*gh.Response, error) {
		list, resp, err := c.api.PullRequests.ListCommits(ctx, c.owner, c.name, pr.Number, &o)
		for _, l := range list {
			if sha := l.GetSHA(); sha != "" && !seen[sha] {
				seen[sha] = true
				commits = append(commits, gate.Commit{
					SHA: sha, Author: l.GetAuthor().GetLogin(), Committer: l.GetCommitter().GetLogin(),
				})
			}
		}
		return resp, err
	})
	if err != nil {
		return nil, callf(readPulls, "list the commits of pull request %d", pr.Number).fail(err)
	}
	return commits, nil
}

// rights are what GitHub says that somebody may do. Level knows neither triage
// nor maintain, and Name may be a role that the organisation made up.
type rights struct {
	Level string `json:"permission"`
	Name  string `json:"role_name"`
	User  struct {
		Permissions map[string]bool `json:"permissions"`
	} `json:"user"`
}

// role returns the role, of a made-up one the highest that it includes.
func (p rights) role() (role gate.Role, ok bool) {
	if role, ok = gate.ParseRole(p.Name); ok {
		return role, true
	}
	if role, ok = gate.ParseRole(p.Level); !ok {
		return gate.NoRole, false
	}
	switch {
	case role == gate.Read && p.User.Permissions["triage"]:
		return gate.Triage, true
	case role == gate.Write && p.User.Permissions["maintain"]:
		return gate.Maintain, true
	}
	return role, true
}

// Role returns what somebody may do in the repository.
func (c *Client) Role(ctx context.Context, login string) (gate.Role, error) {
	call := callf("metadata: read", "read the role of %s", login)
	var p rights
	address := fmt.Sprintf("repos/%s/%s/collaborators/%s/permission", c.owner, c.name, url.PathEscape(login))
	if err := c.get(ctx, address, &p); err != nil {
		return gate.NoRole, call.fail(err)
	}
	role, ok := p.role()
	if !ok {
		return role, call.incomplete("it names neither a role nor a permission")
	}
	return role, nil
}

// InTeam reports whether somebody is in a team, or in one below it. A token that
// may not see the team is answered as if it did not exist: [ErrNotFound], or
// [ErrForbidden].
func (c *Client) InTeam(ctx context.Context, team gate.Team, login string) (bool, error) {
	var member struct {
		State string `json:"state"` // pending: invited
	}
	address := fmt.Sprintf("orgs/%s/teams/%s/memberships/%s",
		url.PathEscape(team.Organisation), url.PathEscape(team.Name), url.PathEscape(login))
	err := callf("members: read", "look for %s in the team %s", login, team).fail(c.get(ctx, address, &member))
	return err == nil && member.State == "active", err
}

// get reads what go-github has no method for, or reads too little of.
func (c *Client) get(ctx context.Context, address string, into any) error {
	req, err := c.api.NewRequest("GET", address, nil)
	if err != nil {
		return err
	}
	_, err = c.api.Do(ctx, req, into)
	return err
}

// RemoveLabel takes a label off a pull request. [ErrNotFound] says that it is
// gone already, or that the token may not.
func (c *Client) RemoveLabel(ctx context.Context, number int, label string) error {
	call := callf(writePulls, "take the label off pull request %d", number)
	// These would be taken for steps in the address, and the address of all the
	// labels together takes the same request.
	if strings.Trim(label, ".") == "" {
		return &Error{Do: call.do, cause: fmt.Errorf("%w: its name is %q", ErrUnprocessable, label)}
	}
	address := fmt.Sprintf("repos/%s/%s/issues/%d/labels/%s", c.owner, c.name, number, url.PathEscape(label))
	req, err := c.api.NewRequest("DELETE", address, nil)
	if err == nil {
		_, err = c.api.Do(ctx, req, nil)
	}
	return call.fail(err)
}
