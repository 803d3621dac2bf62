package pgsql

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A command says how a command of psql is read and what it does.
type command struct {
	rest bool // it takes the rest of its line as it stands
	pipe bool // an argument that begins with a bar does
	safe bool // it does not fail: after an error psql drops the rest of the line
	do   func(s *script, c *invocation)
}

// An invocation is a command in a script.
type invocation struct {
	name string
	span source.Span // from the backslash to the last argument
	line int         // where its line ends
	args []argument
	text string // the rest of the line, where the command takes it
	runs tristate
	ops  []op.At
	sent bool // it has become part of a query's statement
}

func (c *invocation) add(o op.Operation) { c.ops = append(c.ops, op.At{Op: o, Span: c.span}) }

// arg returns an argument, which is empty if it is not there.
func (c *invocation) arg(n int) argument {
	if n < len(c.args) {
		return c.args[n]
	}
	return argument{}
}

// shown matches the commands that only show something, or set how it is shown, or
// that ask the server for nothing that a migration could lose. Those of pipelines
// are PostgreSQL 18's.
var shown = regexp.MustCompile(`^(d[A-Za-z+]*|l[x+]*|list[x+]*|lo_list\+?|lo_import|lo_export|z[Sx+]*|s[fv]\+?|h|help|\?|` +
	`a|C|f|H|html|t|T|x|pset|timing|conninfo\+?|copyright|encoding|errverbose|p|print|s|password|setenv|bind|` +
	`startpipeline|endpipeline|syncpipeline|flush|flushrequest|getresults|unrestrict)$`)

// commandOf returns psql's command of that name, if it has one.
func commandOf(name string) (command, bool) {
	if c, ok := scriptCommand(name); ok {
		return c, true
	}
	switch name {
	case "g", "gx", "gset", "gdesc", "crosstabview", "watch", "sendpipeline", "gexec":
		return command{pipe: true, do: sendBy}, true
	case "parse":
		return command{do: prepareBy}, true
	case "bind_named":
		return command{do: func(_ *script, c *invocation) { c.add(&op.Execute{Name: c.arg(0).text}) }}, true
	case "close", "close_prepared":
		return command{do: deallocate}, true
	case "r", "reset":
		return command{do: reset}, true
	case "copy":
		return command{rest: true, do: copyTable}, true
	case "lo_unlink":
		return command{do: func(_ *script, c *invocation) { c.add(&op.Call{Function: op.Name{Name: "lo_unlink"}}) }}, true
	case "h", "help", "sf", "sf+", "sv", "sv+":
		return command{rest: true}, true
	}
	return command{}, shown.MatchString(name)
}

// scriptCommand returns the command if it decides what else of the script runs, and
// how, or if what it does is not the server's business.
func scriptCommand(name string) (command, bool) {
	switch name {
	case "if", "elif", "else", "endif":
		return command{safe: true, do: (*script).branch}, true
	case "q", "quit":
		return command{safe: true, do: quit}, true
	case "i", "include", "ir", "include_relative":
		return command{do: include}, true
	case "c", "connect":
		return command{do: connect}, true
	case "set":
		return command{do: setVariable}, true
	case "unset":
		return command{do: unsetVariable}, true
	case "getenv":
		return command{do: func(s *script, c *invocation) { forget(s, c.arg(0)) }}, true
	case "prompt":
		return command{do: func(s *script, c *invocation) { forget(s, c.arg(len(c.args)-1)) }}, true
	case "echo", "qecho", "warn":
		return command{safe: true, do: echo}, true
	case "cd":
		return command{do: func(s *script, _ *invocation) { s.moved = true }}, true
	case "restrict": // until \unrestrict psql refuses all others; older versions refuse this one
		return command{do: func(s *script, _ *invocation) { s.ifs.unsure = true }}, true
	case "!":
		return command{rest: true, do: shell}, true
	case "o", "out", "w", "write":
		return command{pipe: true}, true
	case "e", "edit", "ef", "ev":
		return command{rest: true, do: edit}, true
	}
	return command{}, false
}

// command reads a command of psql and carries it out.
func (s *script) command() {
	c := &invocation{line: s.lineEnd()}
	start := s.lex.pos
	end := start + 1
	for end < c.line && !isPsqlSpace(s.f.Data[end]) && s.f.Data[end] != '\\' {
		end++
	}
	c.name, c.span = string(s.f.Data[start+1:end]), source.Span{Start: start, End: end}
	s.lex.pos = end
	known, ok := commandOf(c.name)
	switch {
	case !ok && c.name == "": // \\ where no command is to be ended
		s.lex.pos = min(end+1, c.line)
		c.span.End = max(s.lex.pos, end)
		c.text = s.rest(s.lex.pos, c)
	case !ok || known.rest:
		c.text = s.rest(end, c)
	default:
		s.arguments(c, known.pipe)
	}
	c.runs = s.running(start)
	s.carryOut(c, known, ok)
	if !known.safe {
		s.shaky = c.line
	}
}

// running tells whether what stands at the offset runs.
func (s *script) running(at int) tristate {
	runs := s.ifs.running()
	if runs == surely && at < s.shaky {
		return perhaps
	}
	return runs
}

func (s *script) carryOut(c *invocation, known command, ok bool) {
	branching := c.name == "if" || c.name == "elif" || c.name == "else" || c.name == "endif"
	switch {
	case c.runs == never && !branching:
	case !ok:
		c.add(&op.Unread{Message: fmt.Sprintf(`psql has no command \%s that is known here`, c.name)})
	default:
		if c.runs != never {
			s.shells(c)
		}
		if known.do != nil {
			known.do(s, c)
		}
	}
	if !c.sent {
		s.record(c)
	}
}

// shells says of back quotes and bars that they run a program.
func (s *script) shells(c *invocation) {
	for _, a := range c.args {
		if a.shell {
			shell(s, c)
			return
		}
	}
}

// record makes a command a statement, or a part of the query that it stands in.
func (s *script) record(c *invocation) {
	b := &s.buffer
	if s.onlyIncludes {
		for _, at := range c.ops {
			if file, ok := at.Op.(*op.Include); ok {
				s.includes = append(s.includes, file)
			}
		}
	}
	if b.empty() {
		b.all.Start = c.span.End
		st := Statement{Span: c.span, Normal: c.normal(s.f), Ops: c.ops, Perhaps: c.runs == perhaps}
		if c.runs == never && len(c.ops) == 0 && c.name != "else" && c.name != "elif" && c.name != "endif" {
			st = notRun(st, notTaken)
		}
		s.add(st)
		return
	}
	b.end = c.span.End
	if b.hole == nil {
		b.commands = append(b.commands, token{operator, c.span})
		b.blanks = append(b.blanks, c.span)
		b.extra = append(b.extra, c.ops...)
	}
}

// normal returns the command with the values that its variables have.
func (c *invocation) normal(f *source.File) string {
	text := f.Text(c.span)
	if strings.Contains(text, ":") {
		for _, a := range c.args {
			text += "\x00" + a.text
		}
	}
	return text
}

func (s *script) add(st Statement) {
	if !s.onlyIncludes {
		s.all = append(s.all, st)
	}
}

// lineEnd returns where the line that is being read ends.
func (s *script) lineEnd() int {
	if s.line < s.lex.pos {
		s.line = s.lex.end
		if i := bytes.IndexByte(s.f.Data[s.lex.pos:s.lex.end], '\n'); i >= 0 {
			s.line = s.lex.pos + i
		}
	}
	return s.line
}

func forget(s *script, name argument) {
	if name.open || name.broken {
		s.vars.forgetAll()
		return
	}
	s.vars.forget(name.text)
}

// extensionScript matches what scripts of extensions say before they quit: run by
// CREATE EXTENSION, the line is a comment and the rest of the script runs.
var extensionScript = regexp.MustCompile(`(?i)\b(create|alter)\s+extension\b`)

func echo(s *script, c *invocation) {
	if extensionScript.Match(s.f.Data[c.span.Start:c.span.End]) {
		s.echoed = c.line
	}
}

func quit(s *script, c *invocation) {
	s.quit = c.runs == surely && s.echoed != c.line
}

func shell(s *script, c *invocation) {
	c.add(&op.RunTime{What: "a shell command: " + s.f.Text(c.span)})
}

func edit(s *script, c *invocation) {
	c.add(&op.RunTime{What: "what comes out of an editor: " + s.f.Text(c.span)})
}

// include carries out \i and \ir.
func include(s *script, c *invocation) {
	name := c.arg(0).path()
	relative := strings.HasSuffix(c.name, "r") || strings.HasSuffix(c.name, "_relative")
	switch {
	case len(c.args) == 0 || c.arg(0).broken: // psql refuses it
	case c.arg(0).open:
		c.add(&op.RunTime{What: "a file whose name is not known: " + s.f.Text(c.span)})
	case name == "-" && !relative:
		c.add(&op.RunTime{What: `standard input: \i -`})
	case s.moved:
		c.add(&op.RunTime{What: `a file in a folder that \cd went to: ` + s.f.Text(c.span)})
	default:
		c.add(&op.Include{Path: name, Relative: relative})
	}
	s.vars.forgetAll()
}

// databaseIn finds the database in what \connect takes besides a name.
var databaseIn = regexp.MustCompile(`(?:^|\s)dbname\s*=\s*'?([^'\s]+)|^postgres(?:ql)?://[^/?]*/([^?]+)`)

// connect carries out \connect.
func connect(_ *script, c *invocation) {
	args := c.args
	if len(args) > 0 && strings.HasPrefix(args[0].text, "-reuse-previous=") {
		args = args[1:]
	}
	if len(args) == 0 || args[0].text == "-" {
		c.add(&op.Connect{})
		return
	}
	name := args[0].name()
	if found := databaseIn.FindStringSubmatch(name); found != nil {
		name = found[1] + found[2]
	} else if strings.Contains(name, "=") {
		name = "" // connection settings without a database
	}
	c.add(&op.Connect{Database: name})
}

func deallocate(_ *script, c *invocation) {
	if a := c.arg(0); !a.open && a.text != "" {
		c.add(&op.Deallocate{Name: a.text})
	}
}
