package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/doctor"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
)

// A patient is the repository that the doctor looks at.
type patient struct {
	repository, branch string
	id                 int64          // GitHub's number of the repository
	client             *github.Client // nil: nobody can be asked
	whyNot             string         // why client is nil
	ask                string         // what to call so that it can be asked
	elsewhere          bool           // the API is another one than github.com's
	tip                *github.Branch
	files              tree   // what the checks are about
	source             string // where files are from
	disk               tree   // the working tree of the same repository; nil: none
}

// patient finds out which repository is meant, and how to look at it.
func (a *app) patient(ctx context.Context, f doctorFlags) (*patient, error) {
	here, openErr := git.Open(ctx, ".")
	host, named := "github.com", ""
	if openErr == nil {
		address, err := here.Origin(ctx)
		if err != nil {
			return nil, err
		}
		if h, name, ok := splitOrigin(address); ok {
			host, named = h, name
		}
	} else if f.repository == "" {
		return nil, fmt.Errorf("there is no repository to look at: %w, or name one with --repo owner/name", openErr)
	}
	p := &patient{repository: cmp.Or(f.repository, named), branch: f.branch}
	own := openErr == nil && (f.repository == "" || named == "" || strings.EqualFold(f.repository, named))
	if own && here.Root() != "" {
		p.disk = diskTree{here.Root()}
	}
	if err := a.connect(p, host); err != nil {
		return nil, err
	}
	if p.client != nil {
		err := p.onGitHub(ctx)
		return p, err
	}
	if !own {
		return nil, fmt.Errorf("%s can only be looked at through GitHub's API: %s", p.repository, p.whyNot)
	}
	err := p.onDisk(ctx, here, f.branch)
	return p, err
}

// addressForms are the ways to write a repository's address.
var addressForms = regexp.MustCompile(`^(?:(?:https?|ssh|git)://(?:[^@/]*@)?([^/:@]+)(?::\d+)?/|(?:[^@/:]+@)?([^/:@]+):/?)([A-Za-z0-9._-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?$`)

// repositoryName is how a repository is named on GitHub.
var repositoryName = regexp.MustCompile(`^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$`)

// splitOrigin reads owner/name out of the address of a clone. A password in it
// goes nowhere.
func splitOrigin(address string) (host, repository string, ok bool) {
	m := addressForms.FindStringSubmatch(address)
	if m == nil {
		return "", "", false
	}
	host = strings.ToLower(cmp.Or(m[1], m[2]))
	if host == "ssh.github.com" {
		host = "github.com"
	}
	return host, m[3], true
}

// connect makes a client if there is a token, and an address that it may be sent
// to: origin may be any server, so that GitHub Enterprise has to be named.
func (a *app) connect(p *patient, host string) error {
	token := strings.TrimSpace(cmp.Or(a.getenv("GITHUB_TOKEN"), a.getenv("GH_TOKEN")))
	api := a.getenv("GITHUB_API_URL")
	p.elsewhere = api != "" && strings.TrimSuffix(api, "/") != "https://api.github.com"
	p.repository = cmp.Or(p.repository, a.getenv("GITHUB_REPOSITORY"))
	if p.repository == "" {
		p.ask = doctor.Ask + " --repo owner/name"
	}
	switch {
	case token == "":
		p.whyNot = "that takes a token in GITHUB_TOKEN"
		return nil
	case p.repository == "":
		p.whyNot = "origin names no repository on GitHub; name it with --repo owner/name"
		return nil
	case api == "" && host != "github.com":
		p.ask = "set GITHUB_API_URL, and call dropgate doctor again"
		p.whyNot = "origin is on " + host + "; set GITHUB_API_URL to its API, as in https://" + host + "/api/v3"
		return nil
	}
	var err error
	p.client, err = github.New(github.Options{
		Token: token, APIURL: cmp.Or(api, "https://api.github.com"), GraphQLURL: a.getenv("GITHUB_GRAPHQL_URL"),
		Repository: p.repository, Sleep: sleep, Now: a.now,
	})
	return err
}

// onGitHub reads the files from the branch on GitHub.
func (p *patient) onGitHub(ctx context.Context) error {
	id, name, err := p.client.Repository(ctx)
	if err != nil {
		return err
	}
	p.id, p.branch = id, cmp.Or(p.branch, name)
	if p.tip, err = p.client.Branch(ctx, p.branch); err != nil {
		return err
	}
	p.files = &apiTree{
		under:  func(sha string) ([]github.TreeFile, error) { return p.client.Folder(ctx, sha) },
		blob:   func(sha string) ([]byte, error) { return p.client.Blob(ctx, sha) },
		commit: p.tip.SHA, folders: map[string][]github.TreeFile{},
	}
	p.source = p.branch + " on GitHub"
	return nil
}

// onDisk reads the files that are here.
func (p *patient) onDisk(ctx context.Context, here *git.Repository, branch string) error {
	var err error
	if p.branch, err = here.DefaultBranch(ctx); err != nil {
		return err
	}
	p.files, p.source = p.disk, "the working tree"
	if branch == "" {
		return nil
	}
	p.branch = branch
	commit, err := here.BranchCommit(ctx, branch)
	if err != nil {
		return err
	}
	files, err := here.Tree(ctx, commit)
	if err != nil {
		return err
	}
	p.files, p.source = &gitTree{ctx: ctx, here: here, files: files}, branch+" as git has it here"
	return nil
}

// facts reads what the doctor wants to know. What the token may not see is not
// known; that GitHub does not answer ends the run.
func (p *patient) facts(ctx context.Context) (doctor.Facts, error) {
	f := doctor.Facts{Repository: p.repository, Branch: p.branch, WhyNot: p.whyNot, Ask: p.ask}
	var err error
	if f.Workflows, err = workflowsOf(p.files); err != nil {
		if p.client != nil && !github.Refused(err) {
			return f, err
		}
		f.Unread = plain(err)
	}
	for _, folder := range doctor.LocalActions(f.Workflows) {
		action, err := p.first(path.Join(folder, "action.yml"), path.Join(folder, "action.yaml"))
		if err != nil {
			return f, err
		}
		if action != nil {
			f.Actions = append(f.Actions, *action)
		}
	}
	if f.CodeOwners, err = p.first(doctor.CodeOwnerPaths...); err != nil {
		return f, err
	}
	if err := p.readConfig(&f); err != nil {
		return f, err
	}
	if p.client == nil {
		return f, nil
	}
	f.Unmerged = p.unmerged()
	f.Remote, err = p.remote(ctx, f.Label)
	return f, err
}

// first reads the first of the files that is there; nil if none is, or the token
// may not see it.
func (p *patient) first(names ...string) (*doctor.File, error) {
	for _, name := range names {
		data, ok, err := p.files.read(name)
		switch {
		case err != nil && !github.Refused(err):
			return nil, err
		case ok:
			return &doctor.File{Path: name, Data: data}, nil
		}
	}
	return nil, nil
}

// readConfig reads the policies that a gate depends on.
func (p *patient) readConfig(f *doctor.Facts) error {
	file, err := p.first(configName)
	if err != nil {
		return err
	}
	c := config.Default()
	if f.Config = file != nil; f.Config {
		if c, err = parseConfig(configName, file.Data); err != nil {
			f.ConfigError, c = strings.ReplaceAll(err.Error(), "\n", "; "), config.Default()
		}
	} else if other, err := p.first(misnamed...); err != nil {
		return err
	} else if other != nil {
		f.Misnamed = other.Path
	}
	f.Label, f.Labelers, f.SecondPerson = c.Label, c.Acknowledgement.Labelers, c.Acknowledgement.SecondPerson
	f.Evidence = string(c.Backup.Evidence)
	return nil
}

// unmerged names the workflows that use dropgate in the working tree only.
func (p *patient) unmerged() []string {
	if p.disk == nil {
		return nil
	}
	files, err := workflowsOf(p.disk)
	if err != nil {
		return nil
	}
	var all []string
	for _, f := range files {
		if doctor.UsesDropgate(f) {
			all = append(all, f.Path)
		}
	}
	return all
}

const workflowFolder = ".github/workflows"

// workflowsOf reads the files that GitHub takes for workflows.
func workflowsOf(t tree) ([]doctor.File, error) {
	names, err := t.list(workflowFolder)
	if err != nil {
		return nil, err
	}
	var all []doctor.File
	slices.Sort(names)
	for _, name := range names {
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" {
			continue
		}
		full := path.Join(workflowFolder, name)
		data, ok, err := t.read(full)
		if err != nil {
			return all, err
		}
		if ok {
			all = append(all, doctor.File{Path: full, Data: data})
		}
	}
	return all, nil
}

// remote asks GitHub for the branch's rules. What the token may not see is not
// known; that GitHub does not answer ends the run.
func (p *patient) remote(ctx context.Context, label string) (*doctor.Remote, error) {
	r := &doctor.Remote{OtherGitHub: p.elsewhere, Classic: p.tip.Classic}
	if err := p.rules(ctx, r); err != nil {
		return nil, err
	}
	if err := p.protection(ctx, r); err != nil {
		return nil, err
	}
	seen, err := p.client.LabelOnMerged(ctx, p.tip.SHA, label)
	if err != nil && !github.Refused(err) {
		return nil, err
	}
	r.LabelSeen = seen
	return r, nil
}

func (p *patient) rules(ctx context.Context, r *doctor.Remote) error {
	rules, err := p.client.Rules(ctx, p.branch)
	if github.Refused(err) || errors.Is(err, github.ErrIncomplete) {
		r.RulesError = "the token may not see the rules of " + p.branch
		return nil
	}
	if err != nil {
		return err
	}
	r.RulesKnown, r.RuleReview, r.MergeQueue = true, rules.CodeOwnerReview, rules.MergeQueue
	r.RuleChecks = requiredChecks(rules.Checks)
	for _, w := range rules.Workflows {
		r.RuleFlows = append(r.RuleFlows, doctor.RequiredWorkflow{Path: w.Path, Own: w.Repository == p.id})
	}
	return nil
}

func (p *patient) protection(ctx context.Context, r *doctor.Remote) error {
	if p.tip.Checks != nil {
		r.ClassicChecks, r.ChecksKnown = requiredChecks(*p.tip.Checks), true
	}
	if p.tip.Everyone != nil {
		r.Admins, r.AdminsKnown = *p.tip.Everyone, true
	}
	if !r.Classic && !p.tip.Protected {
		return nil
	}
	classic, err := p.client.Protection(ctx, p.branch)
	if github.Refused(err) {
		if !r.Classic {
			return nil // what protects it are rulesets
		}
		r.ClassicError = "the protection of " + p.branch + " is shown to administrators only (a token with administration: read)"
		return nil
	}
	if err != nil {
		return err
	}
	r.Classic, r.ClassicChecks, r.ChecksKnown = true, requiredChecks(classic.Checks), true
	r.ClassicReview, r.ReviewKnown = classic.CodeOwnerReview, true
	r.Admins, r.AdminsKnown = classic.Everyone, true
	return nil
}

func requiredChecks(all []github.RequiredCheck) []doctor.RequiredCheck {
	var checks []doctor.RequiredCheck
	for _, c := range all {
		checks = append(checks, doctor.RequiredCheck{Context: c.Context, App: c.App})
	}
	return checks
}

// plain is an error without the address that a failed request names.
func plain(err error) string {
	var lost *url.Error
	if errors.As(err, &lost) {
		err = lost.Err
	}
	return err.Error()
}
