// Package follow tells what a statement comes to: the bodies of the functions
// that it calls, the triggers and rules that it sets off, the view that it writes
// through, the text that it puts together and runs.
//
// Nothing is run. Every branch counts, a loop is gone through until its variables
// hold nothing new, and what is not known stays open. Where following ends, for
// its bounds or because a body cannot be read, an operation says so.
package follow

import (
	"fmt"
	"iter"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// An Effect is an operation that a statement comes to, and where its text stands.
type Effect struct {
	op.At // the spans are ranges of File
	File  *source.File
	// Through is what set it off, outermost first; empty where the statement itself
	// asks for it.
	Through []Way
	// Open says that it is not certain which operation it is: its text is put
	// together at run time with parts that are not known, or one of several
	// functions may be meant.
	Open bool
	// Perhaps says that it may not run: it stands in a branch, a loop, a trigger.
	Perhaps bool
}

// Apply changes the schema as the effect does.
func (e Effect) Apply(c *catalog.Catalog) {
	if e.Perhaps {
		c.ApplyPerhaps(e.Op)
		return
	}
	c.Apply(e.Op)
}

// A Way is what sets off an effect, and the text that does so.
type Way struct {
	What string // "function public.cleanup", "EXECUTE"; empty for the body of DO
	File *source.File
	Span source.Span
	// Fired says that it is a trigger or a rule: what sets it off does not name it.
	Fired bool
}

// The bounds of following. Whatever they cut off is said by an op.RunTime.
const (
	effectLimit = 10_000    // effects that one statement sets off
	totalLimit  = 300_000   // effects that all statements of a review set off
	workLimit   = 1_000_000 // steps that one statement goes through, and pieces of text that it puts together
	totalWork   = 5_000_000 // the same for all statements of a review
	depthLimit  = 100       // functions, triggers and rules in one another
	widenAt     = 3         // a function inside itself so often gets open arguments
)

// A Follower follows statements. It remembers the texts that it read.
type Follower struct {
	texts    map[string][]pgsql.Statement
	size     int // of texts
	prepared map[*op.Prepare]*source.File
	left     int // effects
	work     int
}

// New returns a Follower for one review.
func New() *Follower {
	return &Follower{texts: map[string][]pgsql.Statement{}, prepared: map[*op.Prepare]*source.File{}, left: totalLimit, work: totalWork}
}

// Statement yields what the operations of one statement come to, in order. The
// caller applies each effect to the catalog before it asks for the next.
func (f *Follower) Statement(c *catalog.Catalog, s Statement) iter.Seq[Effect] {
	return func(yield func(Effect) bool) {
		work := min(workLimit, f.work)
		r := &run{follower: f, catalog: c, yield: yield, left: min(effectLimit, f.left), work: work, idle: map[active]bool{}}
		defer func() { f.work -= work - max(r.work, 0) }()
		for _, at := range s.Ops {
			r.operation(frame{file: s.File, env: env{}, perhaps: s.Perhaps}, at)
		}
	}
}

// A run follows one statement.
type run struct {
	follower *Follower
	catalog  *catalog.Catalog
	yield    func(Effect) bool
	left     int      // effects that it may still make
	work     int      // pieces that it may still put together
	over     bool     // nothing more is wanted, or the bounds are reached
	active   []active // what is being followed
	trails   []env    // what is assigned in the steps that may be left, innermost last
	// idle are the bodies that came to nothing since the last effect: they need not
	// be followed again.
	idle map[active]bool
	// seen are the effects of the outermost loop that is being followed, which goes
	// through its steps more than once.
	seen map[string]bool
}

// active is a body that is being followed.
type active struct {
	body any    // *op.CreateFunction, *op.CreateRule, *op.Prepare
	with string // its arguments
}

// A frame is where an operation stands.
type frame struct {
	file          *source.File
	env           env
	through       []Way
	open, perhaps bool
	body          bool // in a body: a COMMIT there ends no transaction of the file
	// settled is the rule or the body whose names stand for what they did when it was
	// made; nil where names mean what they mean by now.
	settled any
}

// via returns the frame of what the operation at the span sets off.
func (fr frame) via(what string, span source.Span) frame {
	fr.through = append(fr.through[:len(fr.through):len(fr.through)], Way{What: what, File: fr.file, Span: span})
	return fr
}

// fires is via for triggers and rules.
func (fr frame) fires(what string, span source.Span) frame {
	fr = fr.via(what, span)
	fr.through[len(fr.through)-1].Fired = true
	return fr
}

// operation follows one operation.
func (r *run) operation(fr frame, at op.At) {
	if r.over || r.missing(at) {
		return
	}
	switch o := at.Op.(type) {
	case *op.Block:
		r.block(fr, at, o)
	case *op.Call:
		r.call(fr, at, o)
	case *op.Read:
		if o.Refresh {
			r.view(fr, at, o.Relation, r.catalog.Materialized(o.Relation))
			return
		}
		r.read(fr, at, o.Relation)
	case *op.Use:
		for _, call := range r.catalog.UseCalls(o) {
			r.operation(fr.via(string(o.Kind)+" "+o.Name.String(), at.Span), op.At{Span: at.Span, Op: call})
		}
	case *op.Prepare:
		r.follower.prepared[o] = fr.file
		r.emit(fr, at, nil)
	case *op.Execute:
		r.execute(fr, at, o)
	case *op.Dynamic:
		r.dynamic(fr, at, o)
	case *op.Include:
		r.emit(fr, op.At{Span: at.Span, Op: &op.Unread{Message: "a file is brought in where none can be: " + o.Path}}, nil)
	case *op.Insert, *op.Update, *op.Delete, *op.Merge, *op.Truncate:
		r.change(fr, at, at.Op)
	case *op.Transaction:
		if !fr.body {
			r.emit(fr, at, nil)
		}
	default:
		r.emit(fr, at, nil)
		r.eventTriggers(fr, at)
	}
}

// missing reports whether an operation does nothing because what it alters IF EXISTS
// is not there. What it would drop is left to be told of.
func (r *run) missing(at op.At) bool {
	if at.IfExists.IsZero() {
		return false
	}
	_, drops := at.Op.(*op.DropColumn)
	return !drops && r.catalog.Missing(at.IfExists)
}

// emit yields an operation, with the conditions on variables decided. As is what
// is yielded in its place, if not nil.
func (r *run) emit(fr frame, at op.At, as op.Operation) {
	if r.over {
		return
	}
	o := at.Op
	if as != nil {
		o = as
	}
	o = fr.env.decide(o)
	if name, takes := taken(o); takes && wholly(name) {
		o = &op.RunTime{What: fmt.Sprintf("%q, whose target is put in then", short(fr.file.Text(at.Span)))}
	}
	if r.seen != nil {
		key := r.key(fr, at, o)
		if r.seen[key] {
			return
		}
		r.seen[key] = true
	}
	e := Effect{At: at, File: fr.file, Through: fr.through, Open: fr.open, Perhaps: fr.perhaps}
	e.Op = o
	if len(fr.through) > 0 {
		r.left--
		r.follower.left--
	}
	if r.left < 0 {
		r.exceed(fr)
		return
	}
	clear(r.idle)
	r.over = !r.yield(e)
}

// exceed says at what sets off the frame's statements that they are too many to be
// followed, and ends the run.
func (r *run) exceed(fr frame) {
	if r.over || len(fr.through) == 0 {
		return
	}
	r.over = true
	last := len(fr.through) - 1
	way := fr.through[last]
	r.yield(Effect{File: way.File, Through: fr.through[:last], Perhaps: true, At: op.At{
		Span: way.Span, Op: &op.RunTime{What: "more statements than can be followed, which one sets off"},
	}})
}

// short returns the beginning of a text on one line.
func short(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(runes)
}

// key tells an effect from others of the same statement. Operations are told by
// where they came from: those of a text by the text, which is read only once.
func (r *run) key(fr frame, at op.At, as op.Operation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%p %v %p", at.Op, at.Span, fr.file)
	for _, w := range fr.through {
		fmt.Fprintf(&b, " %s %v %p", w.What, w.Span, w.File)
	}
	if as != at.Op { // rewritten for a view or for the values of variables
		fmt.Fprintf(&b, " %+v", as)
	}
	return b.String()
}

// stop says at the operation that following it ended, and why.
func (r *run) stop(fr frame, at op.At, what string, args ...any) {
	r.emit(fr, op.At{Span: at.Span, Op: &op.RunTime{What: fmt.Sprintf(what, args...)}}, nil)
}

// enter notes that a body is being followed; ok is false where it is already,
// with the same arguments, or where bodies stand too deep in one another.
func (r *run) enter(fr frame, at op.At, body any, with string) (leave func(), ok bool) {
	for _, a := range r.active {
		if a.body == body && a.with == with {
			return nil, false
		}
	}
	if len(r.active) >= depthLimit {
		r.stop(fr, at, "functions or triggers that set off one another more than %d deep", depthLimit)
		return nil, false
	}
	r.active = append(r.active, active{body, with})
	return func() { r.active = r.active[:len(r.active)-1] }, true
}

func (r *run) block(fr frame, at op.At, o *op.Block) {
	if o.Body == nil {
		r.emit(fr, op.At{Span: at.Span, Op: &op.Unread{Message: "the body of a DO block could not be read", Body: true}}, nil)
		return
	}
	leave, ok := r.enter(fr, at, o, "")
	if !ok {
		return
	}
	defer leave()
	fr = fr.via("", at.Span)
	r.body(fr, o.Body, env{})
}

// call follows the functions that a call may mean. A function without a body
// that could be read is left to be judged as the call of it.
func (r *run) call(fr frame, at op.At, o *op.Call) {
	if full := r.catalog.BoundFunction(fr.settled, o.Function); full != o.Function {
		bound := *o
		bound.Function, o = full, &bound
		at.Op = o
	}
	fr.settled = nil
	all := r.catalog.Functions(o.Function, o.Arguments)
	fr.perhaps = fr.perhaps || o.Perhaps || len(all) > 1
	fr.open = fr.open || len(all) > 1
	left := len(all) == 0
	for _, f := range all {
		if f.Body == nil {
			left = true
			continue
		}
		r.function(fr, at, f, r.bind(fr, at, f.Body.Parameters, o.Arguments))
	}
	if left && (len(all) > 0 || !o.Perhaps) { // else it may be no function of the schema
		r.emit(fr, at, nil)
	}
}

// function follows the body of a function.
func (r *run) function(fr frame, at op.At, f *op.CreateFunction, e env) {
	inside := 0
	for _, a := range r.active {
		if a.body == f {
			inside++
		}
	}
	if inside >= widenAt {
		e = env{}
	}
	this := active{f, e.String()}
	if r.idle[this] {
		return
	}
	leave, ok := r.enter(fr, at, f, this.with)
	if !ok {
		return
	}
	defer leave()
	left := r.left
	defer func() {
		if r.left == left {
			r.idle[this] = true
		}
	}()
	fr = fr.via("function "+r.catalog.ResolveObject(op.Function, f.Name).String(), at.Span)
	r.body(fr, f.Body, e)
}

// execute follows what was prepared under the name.
func (r *run) execute(fr frame, at op.At, o *op.Execute) {
	all := r.catalog.Prepared(o.Name)
	if len(all) == 0 {
		r.stop(fr, at, "EXECUTE %s, which this file does not prepare", o.Name)
		return
	}
	for _, p := range all {
		leave, ok := r.enter(fr, at, p, "")
		if !ok {
			continue
		}
		inner := fr.via("EXECUTE "+o.Name, at.Span)
		if file := r.follower.prepared[p]; file != nil {
			inner.file = file
		}
		for _, prepared := range p.Ops {
			r.operation(inner, prepared)
		}
		leave()
	}
}
