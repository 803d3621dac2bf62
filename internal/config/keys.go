package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// A key is one of the file's: the documentation, the schema for editors, the reading
// and the printing all go by it.
type key struct {
	name  string
	about string // for people, in Markdown
	kind  kind
}

// A kind is what a key takes, and where it is kept.
type kind interface {
	read(v value)
	print(p *printer, at entry)
}

// keys are those of the file, in the order in which they are shown.
func (c *Config) keys(known Known) group {
	version := 1
	return group{keys: []key{
		{"version", "of this file's form", number{&version, 1, 1}},
		{"paths", "what is reviewed; empty: everything that looks like a migration", list{&c.Paths, glob}},
		{"exclude", "what is not, even where `paths` has it; nor is it [searched for what goes](still-in-use.md)", list{&c.Exclude, glob}},
		{"formats", "the migration tool of files that a glob matches; the last match counts ([names](formats.md))", formats{&c.Formats, known.Formats}},
		{"schema", "path of [a dump that the history begins with](#a-dump-to-begin-with)", text{&c.Schema, filePath}},
		{"postgres-version", "10 to 18", number{&c.PostgresVersion, 10, 18}},
		{"threshold", "findings about data loss with this score or more block, 1 to 100", number{&c.Threshold, 1, 100}},
		{"label", "name of the label", text{&c.Label, labelName}},
		{
			"comment", "`review`: a summary, and comments on the lines; `summary`: only that; `off`: nothing is posted, and the label covers only in the run that it starts",
			choice{(*string)(&c.Comment), options(CommentReview, CommentSummary, CommentOff)},
		},
		{"acknowledgement", "whose label counts, and for how long", c.Acknowledgement.keys()},
		{"backup", "proof of a backup, on top of the label", c.Backup.keys()},
		{"rules", "by the ID of a rule, `off` or points to add: see [below](#rules)", rules{&c.Rules, known.Rules}},
		{"ignores", "what [ignore comments](ignoring.md) may do", group{keys: []key{
			{"from-pull-request", "whether an [ignore comment](ignoring.md) that the change itself adds may lift a finding that blocks", boolean{&c.Ignores.FromPullRequest}},
		}}},
	}}
}

func (a *Acknowledgement) keys() group {
	return group{keys: []key{
		{"second-person", "the label does not count from whoever opened the pull request, or wrote or committed any of it", boolean{&a.SecondPerson}},
		{"labelers", "whose label counts: logins, `@org/team`, or a least role (`triage`, `write`, `maintain`, `admin`); empty: everybody's", list{&a.Labelers, labeler}},
		{"max-age", "how long the label counts, as in `24h` or `7d`; `0s`: as long as it is on", duration{to: &a.MaxAge}},
		{"remove-stale-label", "take a stale label off", boolean{&a.RemoveStaleLabel}},
	}}
}

func (b *Backup) keys() group {
	return group{
		keys: []key{
			{"evidence", "`workflow` or `status`: [proof of a restored backup](backup-evidence.md), on top of the label", choice{(*string)(&b.Evidence), options(EvidenceNone, EvidenceWorkflow, EvidenceStatus)}},
			{"workflow", "file name of the workflow that `evidence: workflow` looks for", text{&b.Workflow, workflow}},
			{"status", "context of the commit status that `evidence: status` looks for", text{&b.Status, oneLine}},
			{"max-age", "how old the proof may be", duration{to: &b.MaxAge, positive: true}},
		},
	}
}

func (s *RuleSetting) keys() group {
	return group{
		keys: []key{
			{"score", "points to add to what the rule finds, -100 to +100", score{&s.Score}},
			{"paths", "where they are added; empty: everywhere", list{&s.Paths, glob}},
		},
		whole: func(v value) {
			if v.places[v.key+".score"] == (spot{}) {
				v.fail("changes nothing: give it a score, or write off")
			}
		},
	}
}

// The kinds.
type (
	number struct {
		to        *int
		low, high int
	}
	// A score is a number with or without a sign; it may stand in quotes.
	score   struct{ to *int }
	boolean struct{ to *bool }
	text    struct {
		to    *string
		check check
	}
	list struct {
		to    *[]string
		check check
	}
	choice struct {
		to      *string
		options []string
	}
	duration struct {
		to       *time.Duration
		positive bool
	}
	// A group is a mapping with keys of its own.
	group struct {
		keys  []key
		whole func(value) // checks it when all of it is read; nil: nothing to check
	}
	formats struct {
		to    *[]FormatRule
		known []string
	}
	rules struct {
		to    *map[string]RuleSetting
		known []string
	}
)

func options[T ~string](all ...T) []string {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = string(o)
	}
	return names
}

func (g group) names() []string {
	names := make([]string, len(g.keys))
	for i, k := range g.keys {
		names[i] = k.name
	}
	slices.Sort(names)
	return names
}

func (g group) read(v value) {
	v.mapping(g)
	if g.whole != nil {
		g.whole(v)
	}
}

func (f formats) read(v value) {
	v.entries(func(key ast.MapKeyNode, node ast.Node) {
		written := key.GetToken().Value
		pattern, problem := glob.verify(written)
		at := value{v.decoder, v.key, key, nil}
		if problem != "" {
			at.fail("pattern %q %s", clip(written), problem)
		}
		if problem == "" && slices.ContainsFunc(*f.to, func(r FormatRule) bool { return r.Pattern == pattern }) {
			at.fail("pattern %q is there twice", clip(written))
		}
		entry := value{v.decoder, v.key, node, key}
		name, ok := entry.text()
		if !ok {
			return
		}
		if !slices.Contains(f.known, name) {
			entry.fail("has the unknown format %q%s", clip(name), hint(name, f.known, "the formats are"))
		}
		v.note(element(v.key, len(*f.to)), key)
		*f.to = append(*f.to, FormatRule{pattern, name})
	})
}

func (r rules) read(v value) {
	v.entries(func(key ast.MapKeyNode, node ast.Node) {
		id := key.GetToken().Value
		if !slices.Contains(r.known, id) {
			value{v.decoder, v.key, key, nil}.fail("has the unknown rule %q%s", clip(id), cmp.Or(hint(id, r.known, ""), ": dropgate rules lists them"))
		}
		if *r.to == nil {
			*r.to = map[string]RuleSetting{}
		}
		full := v.key + "." + id
		v.note(full, key)
		(*r.to)[id] = value{v.decoder, full, node, key}.rule()
	})
}

func (v value) rule() (s RuleSetting) {
	if isOff(v.node) {
		return RuleSetting{Off: true}
	}
	if _, ok := v.node.(*ast.MappingNode); !ok {
		v.fail("must be off or a mapping with score, got %s", describe(v.node))
		return s
	}
	s.keys().read(v)
	return s
}
