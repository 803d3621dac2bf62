package follow

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// The bounds of texts that are put together.
const (
	textLimit  = 1 << 20  // bytes of one
	textsLimit = 64 << 20 // bytes of those that are remembered
)

// dynamic follows a text that is put together and run: every text that it may be.
func (r *run) dynamic(fr frame, at op.At, o *op.Dynamic) {
	texts := r.eval(fr, o.Text)
	if len(texts) == 0 {
		texts = values{{{open: true}}}
	}
	inner := fr
	inner.env = env{}
	for i, using := range o.Using {
		r.pass(fr, inner.env, "$"+strconv.Itoa(i+1), using)
	}
	inner.through = fr.via(o.By, at.Span).through
	inner.perhaps = fr.perhaps || len(texts) > 1
	for _, v := range texts {
		r.one(fr, inner, at, o, v)
	}
}

// one follows one text that is run, with its variables in the frame. What is said of
// the text as a whole stands in the frame outside.
func (r *run) one(outside, fr frame, at op.At, o *op.Dynamic, v value) {
	if v.unknown() {
		r.stop(outside, at, "%s of a text that is not known", o.By)
		return
	}
	if len(v) == 1 && v[0].file != nil && v[0].span.Len() > 0 && v[0].file.Text(v[0].span) == v[0].text {
		fr.file = v[0].file
		for _, s := range r.follower.read(fr.file, v[0].span, len(o.Using)) {
			for _, inner := range s.Ops {
				r.operation(fr, inner)
			}
		}
		return
	}
	file, statements := r.follower.fill(v, len(o.Using))
	if file == nil {
		r.stop(outside, at, "%s of a text of more than %d bytes", o.By, textLimit)
		return
	}
	fr.open = fr.open || v.open()
	for _, s := range statements {
		what := fmt.Sprintf("%s of %s", o.By, beginning(file.Text(s.Span)))
		switch {
		case !v.open() || !s.Unread():
			if r.filled(fr, at, file, s) {
				r.emit(outside, op.At{Span: at.Span, Op: &op.RunTime{What: what, Wide: v.ofCatalog()}}, nil)
			}
		case harmless(file.Text(s.Span)):
			r.emit(fr, op.At{Span: at.Span, Op: &op.Hidden{}}, nil)
		default:
			r.emit(outside, op.At{Span: at.Span, Op: &op.RunTime{What: what}}, nil)
		}
	}
}

// filled follows a statement of a text that was filled, and reports whether it
// takes something away of which not even the name is known.
func (r *run) filled(fr frame, at op.At, file *source.File, s pgsql.Statement) bool {
	unknown := false
	for _, inner := range s.Ops {
		name, takes := taken(inner.Op)
		if _, drop := inner.Op.(*op.Drop); wholly(name) && (takes || drop) {
			unknown = unknown || takes
			continue
		}
		r.operation(fr, op.At{Op: inner.Op, Span: at.Span})
		if p, ok := inner.Op.(*op.Prepare); ok {
			r.follower.prepared[p] = file // where its own spans are
		}
	}
	return unknown
}

// ofCatalog reports whether something in the text comes from a query over the
// system catalogs.
func (v value) ofCatalog() bool {
	for _, p := range v {
		if p.open && p.catalog && p.quoting != op.QuotedAsLiteral {
			return true
		}
	}
	return false
}

// beginning quotes the beginning of a text in which parts are open.
func beginning(text string) string {
	text, _, _ = strings.Cut(text, op.OpenMark)
	text = strings.TrimRight(short(text), `"' `)
	if text == "" {
		return "a text whose beginning is not known"
	}
	return fmt.Sprintf("a text that begins with %q", text)
}

// read returns the statements of a text, which is read only once.
func (f *Follower) read(file *source.File, in source.Span, using int) []pgsql.Statement {
	key := fmt.Sprintf("%p %v %d", file, in, using)
	if all, ok := f.texts[key]; ok {
		return all
	}
	all := pgsql.Read(file, in, pgsql.Options{Using: using})
	f.remember(key, in.Len(), all)
	return all
}

// remember keeps what a text was read as. What a full memory forgets is read
// again when it comes again.
func (f *Follower) remember(key string, size int, all []pgsql.Statement) {
	if f.size += size; f.size > textsLimit {
		clear(f.texts)
		f.size = size
	}
	f.texts[key] = all
}
