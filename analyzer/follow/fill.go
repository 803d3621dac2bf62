package follow

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// fillTries bounds the ways in which the open parts of a text are filled.
const fillTries = 4 // bits: 16 ways

// fill reads a text with its open parts filled: by names, and where the parser
// does not take a name (RESTART WITH …), by numbers. It returns no file for a text
// that is too long.
func (f *Follower) fill(v value, using int) (*source.File, []pgsql.Statement) {
	free := 0
	for _, p := range v {
		if p.free() {
			free++
		}
	}
	var (
		file *source.File
		best []pgsql.Statement
	)
	for try := range 1 << min(free, fillTries) {
		text := v.render(try)
		if len(text) > textLimit {
			return nil, nil
		}
		one := source.New("", []byte(text))
		all := f.readText(one, using)
		if best == nil && file == nil || unread(all) < unread(best) {
			file, best = one, all
		}
		if unread(best) == 0 {
			break
		}
	}
	return file, best
}

func (f *Follower) readText(file *source.File, using int) []pgsql.Statement {
	key := strconv.Itoa(using) + " " + string(file.Data)
	if all, ok := f.texts[key]; ok {
		return all
	}
	all := pgsql.Read(file, file.All(), pgsql.Options{Using: using})
	f.remember(key, len(file.Data), all)
	return all
}

// free reports whether a part may be any SQL.
func (p part) free() bool { return p.open && !p.inside && p.quoting == op.Unquoted }

func unread(all []pgsql.Statement) int {
	n := 0
	for _, s := range all {
		if s.Unread() {
			n++
		}
	}
	return n
}

// render returns the text. The bits of numbers say which of the open parts that
// are not quoted are filled by a number.
func (v value) render(numbers int) string {
	var b strings.Builder
	free := 0
	for _, p := range v {
		switch {
		case !p.open:
			b.WriteString(p.text)
		case p.quoting == op.QuotedAsLiteral:
			b.WriteString(`'` + op.OpenMark + `'`)
		case !p.free():
			b.WriteString(op.OpenMark)
		default:
			mark := op.OpenMark
			if numbers&(1<<min(free, fillTries-1)) != 0 {
				mark = "0"
			}
			free++
			b.WriteString(mark)
		}
		if b.Len() > textLimit {
			break
		}
	}
	return b.String()
}

// harmless reports whether a statement that the parser refuses, because what is
// open in it is no name, begins with a command that takes nothing away.
func harmless(text string) bool { return takesNothing.MatchString(text) }

var takesNothing = regexp.MustCompile(`(?i)^(create|grant|revoke|comment|analyze|vacuum|reindex|refresh|notify|listen|cluster|set|reset|security|` +
	`alter\s+(sequence|index|publication|subscription|role|user|default|system|database|view|function|procedure|policy|trigger|owner))\s`)

// wholly reports whether nothing is known of the name of an object.
func wholly(n op.Name) bool {
	return op.Open(n.Name) && strings.Trim(n.Name, op.OpenMark+"_") == "" // placeholders of odd length are padded
}

// taken returns what an operation is done to, and whether it may take data away
// from it whatever that is.
func taken(o op.Operation) (op.Name, bool) {
	switch o := o.(type) {
	case *op.Drop:
		switch o.Kind {
		case op.Table, op.Schema, op.Type, op.Domain, op.Collation, op.Extension, op.Database:
			return o.Name, true
		}
		return o.Name, false
	case *op.DropColumn:
		if wholly(op.Name{Name: o.Column}) {
			return op.Name{Name: o.Column}, true
		}
		return o.Table, true
	case *op.DropAttribute:
		if wholly(op.Name{Name: o.Attribute}) {
			return op.Name{Name: o.Attribute}, true
		}
		return o.Type, true
	case *op.AlterAttribute:
		return o.Type, true
	case *op.DropOwned:
		if len(o.Roles) > 0 {
			return op.Name{Name: o.Roles[0]}, true
		}
	case *op.Truncate:
		return o.Table, true
	case *op.Delete:
		return o.Table, !op.Impossible(o.Where)
	case *op.Update:
		return o.Table, overwrites(o)
	case *op.Merge:
		return o.Table, o.Deletes || len(o.Sets) > 0
	}
	return op.Name{}, false
}

// overwrites reports whether an UPDATE may put a value in the place of another.
func overwrites(o *op.Update) bool {
	if op.Impossible(o.Where) {
		return false
	}
	for _, a := range o.Set {
		kept := a.Value.Kind == op.Same || a.Value.Kind == op.Coalesced || op.Requires(o.Where, op.IsNull{Column: a.Column})
		if !kept {
			return true
		}
	}
	return false
}
