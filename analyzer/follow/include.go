package follow

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A Statement is one of a file, or of a file that it brings in.
type Statement struct {
	pgsql.Statement
	File    *source.File
	Through []Way // the includes that brought it in, outermost first
}

// The bounds of including.
const (
	includeDepth = 50      // files in one another
	includeLimit = 100_000 // statements that are brought in
)

// Inline returns the statements of a file with those that psql's \i and \ir bring
// in, from the files given by path, in their places.
func Inline(files map[string]*source.File, f *source.File, all []pgsql.Statement) []Statement {
	n := &inliner{files: files, read: map[string][]pgsql.Statement{}, left: includeLimit, all: make([]Statement, 0, len(all))}
	n.add(f, all, nil, false)
	return n.all
}

type inliner struct {
	files map[string]*source.File
	read  map[string][]pgsql.Statement
	left  int
	all   []Statement
}

// add adds the statements of a file, none of which may run where perhaps says so.
func (n *inliner) add(f *source.File, all []pgsql.Statement, through []Way, perhaps bool) {
	for _, s := range all {
		s.Perhaps = s.Perhaps || perhaps
		o := included(s)
		if o == nil {
			s.Ops = slices.Clip(s.Ops)
			for _, name := range s.Reads {
				s.Ops = append(s.Ops, op.At{Span: s.Span, Op: &op.Read{Relation: name}})
			}
			n.all = append(n.all, Statement{Statement: s, File: f, Through: through})
			continue
		}
		found, problem := n.find(f, o, through)
		if problem != "" {
			s.Ops = []op.At{{Span: s.Span, Op: &op.Unread{Message: problem}}}
			n.all = append(n.all, Statement{Statement: s, File: f, Through: through})
			continue
		}
		s.Ops = nil // findings about what it brings in may stand here
		n.all = append(n.all, Statement{Statement: s, File: f, Through: through})
		way := slices.Concat(through, []Way{{What: word(o) + " " + o.Path, File: f, Span: s.Span}})
		for _, one := range found {
			n.add(one, n.statements(one), way, s.Perhaps || len(found) > 1)
		}
	}
}

// statements reads a file that is brought in.
func (n *inliner) statements(f *source.File) []pgsql.Statement {
	all, ok := n.read[f.Path]
	if !ok {
		all = pgsql.Read(f, f.All(), pgsql.Options{Psql: true})
		n.read[f.Path] = all
	}
	n.left -= len(all)
	return all
}

// included returns the include that a statement is; nil for others.
func included(s pgsql.Statement) *op.Include {
	if len(s.Ops) != 1 {
		return nil
	}
	o, _ := s.Ops[0].Op.(*op.Include)
	return o
}

func word(o *op.Include) string {
	if o.Relative {
		return `\ir`
	}
	return `\i`
}

// find returns the files that may be brought in, or what is wrong with one. psql
// looks for the file of \i in the folder that it was started in, which is not known:
// where several folders have a file of that name, each may be meant.
func (n *inliner) find(f *source.File, o *op.Include, through []Way) ([]*source.File, string) {
	var all []*source.File
	itself := false
	for _, place := range o.Paths(f.Path) {
		found := n.files[place]
		switch {
		case found == nil || slices.ContainsFunc(all, func(other *source.File) bool { return bytes.Equal(other.Data, found.Data) }):
			continue
		case found.Path == f.Path || within(found.Path, through):
			itself = true
			continue
		case len(through) >= includeDepth || n.left <= 0:
			return nil, fmt.Sprintf("%s %s: files bring in one another more than can be followed", word(o), o.Path)
		}
		all = append(all, found)
	}
	switch {
	case len(all) > 0:
		return all, ""
	case itself:
		return nil, fmt.Sprintf("%s %s: the file includes itself", word(o), o.Path)
	case op.Open(o.Path) || strings.Contains(o.Path, ":"):
		return nil, fmt.Sprintf("%s %s: which file it is, is only known at run time", word(o), o.Path)
	}
	return nil, fmt.Sprintf("%s %s: the file is not in the repository", word(o), o.Path)
}

func within(name string, through []Way) bool {
	for _, w := range through {
		if w.File.Path == name {
			return true
		}
	}
	return false
}
