package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A corpus is what was counted.
type corpus struct {
	format string // of all files; empty: each as it is recognised
	unread io.Writer
	slow   time.Duration // files that take longer are listed; zero: none are
	rows   map[key]*row
}

type key struct{ project, format, database string }

// A row counts what the files of a project in one format for one database have.
type row struct{ files, problems, statements, unread, bodies, unreadBodies, unknown int }

func (r *row) add(o row) {
	r.files += o.files
	r.problems += o.problems
	r.statements += o.statements
	r.unread += o.unread
	r.bodies += o.bodies
	r.unreadBodies += o.unreadBodies
	r.unknown += o.unknown
}

func (r row) String() string {
	return fmt.Sprintf("%d\t%d\t%d\t%d\t%d\t%d\t%d", r.files, r.problems, r.statements, r.unread, r.bodies, r.unreadBodies, r.unknown)
}

func (c *corpus) keys() []key {
	return slices.SortedFunc(maps.Keys(c.rows), func(a, b key) int {
		return cmp.Or(strings.Compare(a.project, b.project), strings.Compare(a.format, b.format), strings.Compare(a.database, b.database))
	})
}

func candidate(format, path string) bool { return format != "" || migration.IsCandidate(path) }

// read counts one file: all of its sections, whichever way they go.
func (c *corpus) read(project, path string, data []byte) {
	f := source.New(path, data)
	m := migration.Read(f, c.format)
	k := key{project, m.Format, "PostgreSQL"}
	if m.Foreign() {
		k.database = m.Dialect().Name
	}
	one := row{files: 1, problems: len(m.Problems)}
	for _, p := range m.Problems {
		c.say(project, f, p.Span, "problem", p.Message)
	}
	for _, s := range m.Sections {
		for _, statement := range pgsql.Read(f, s.Span, pgsql.Options{Psql: s.Psql}) {
			one.statements++
			c.count(&one, project, f, statement)
		}
	}
	if c.rows[k] == nil {
		c.rows[k] = &row{}
	}
	c.rows[k].add(one)
	if d := m.Dialect(); d.Name != "" && !d.ByPath && c.unread != nil {
		_, _ = fmt.Fprintf(c.unread, "%s/%s: looks like %s: %s\n", project, path, d.Name, d.Why)
	}
}

// count counts the bodies in a statement and what of it is not known.
func (c *corpus) count(one *row, project string, f *source.File, s pgsql.Statement) {
	for _, at := range s.Ops {
		switch o := at.Op.(type) {
		case *op.Unread:
			if o.Body {
				one.bodies++
				one.unreadBodies++
				c.say(project, f, at.Span, "body", o.Message)
				continue
			}
			one.unread++
			c.say(project, f, at.Span, "unread", o.Message)
		case *op.Unknown:
			one.unknown++
			c.say(project, f, at.Span, "unknown", o.Tag)
		case *op.Block:
			c.body(one, project, o.Body)
		case *op.CreateFunction:
			switch {
			case o.Body == nil:
				c.say(project, f, at.Span, "language", o.Language)
			case o.Language != "aggregate": // it has no text of its own
				c.body(one, project, o.Body)
			}
		}
	}
}

// body counts a body, and that it holds something unread, once.
func (c *corpus) body(one *row, project string, b *op.Body) {
	if b == nil {
		return
	}
	one.bodies++
	if c.holdsUnread(one, project, b.File, b.Steps) {
		one.unreadBodies++
	}
}

// holdsUnread reports whether one of the steps could not be read, and says which.
// Bodies that stand in it are counted by themselves.
func (c *corpus) holdsUnread(one *row, project string, f *source.File, steps []op.Step) bool {
	found := false
	for _, s := range steps {
		switch s := s.(type) {
		case *op.Run:
			for _, at := range s.Ops {
				switch o := at.Op.(type) {
				case *op.Unread:
					found = true
					c.say(project, f, at.Span, "body", o.Message)
				case *op.Block:
					c.body(one, project, o.Body)
				case *op.CreateFunction:
					c.body(one, project, o.Body)
				}
			}
		case *op.Choice:
			for _, branch := range s.Branches {
				found = c.holdsUnread(one, project, f, branch) || found
			}
		case *op.Loop:
			found = c.holdsUnread(one, project, f, s.Steps) || found
		}
	}
	return found
}

// say writes one thing that could not be read, with the beginning of its text.
func (c *corpus) say(project string, f *source.File, at source.Span, what, message string) {
	if c.unread == nil {
		return
	}
	at.End = min(at.End, at.Start+100)
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, f.Text(at))
	line := f.Position(at.Start).Line
	_, _ = fmt.Fprintf(c.unread, "%s/%s:%d: %s: %s: %s\n", project, f.Path, line, what, message, text)
}
