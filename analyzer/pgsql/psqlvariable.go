package pgsql

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// valueLimit is the longest value of a variable that is kept: variables made of
// one another could grow without bound.
const valueLimit = 1000

// variables are psql's variables as far as the text tells. psql may have been
// started with any: what the text has not set is not known.
type variables struct {
	values map[string]string
	unset  map[string]bool
}

func newVariables() variables {
	return variables{values: map[string]string{}, unset: map[string]bool{}}
}

// lookup returns a variable's value; never says that it has none, perhaps that
// nothing is known of it.
func (v *variables) lookup(name string) (string, tristate) {
	if v.unset[name] {
		return "", never
	}
	if value, ok := v.values[name]; ok {
		return value, surely
	}
	return "", perhaps
}

func (v *variables) set(name, value string) {
	v.forget(name)
	if len(value) <= valueLimit && !ownVariables[name] {
		v.values[name] = value
	}
}

func (v *variables) remove(name string) {
	v.forget(name)
	if !ownVariables[name] {
		v.unset[name] = true
	}
}

func (v *variables) forget(name string) {
	delete(v.values, name)
	delete(v.unset, name)
}

func (v *variables) forgetAll() { *v = newVariables() }

// ownVariables are those that psql itself gives values, or checks them.
var ownVariables = set(`
	AUTOCOMMIT COMP_KEYWORD_CASE DBNAME ECHO ECHO_HIDDEN ENCODING ERROR FETCH_COUNT HIDE_TABLEAM HIDE_TOAST_COMPRESSION
	HISTCONTROL HISTFILE HISTSIZE HOST IGNOREEOF LASTOID LAST_ERROR_MESSAGE LAST_ERROR_SQLSTATE ON_ERROR_ROLLBACK
	ON_ERROR_STOP PIPELINE_COMMAND_COUNT PIPELINE_RESULT_COUNT PIPELINE_SYNC_COUNT PORT PROMPT1 PROMPT2 PROMPT3 QUIET
	ROW_COUNT SERVER_VERSION_NAME SERVER_VERSION_NUM SERVICE SERVICEFILE SHELL_ERROR SHELL_EXIT_CODE SHOW_ALL_RESULTS SHOW_CONTEXT
	SINGLELINE SINGLESTEP SQLSTATE USER VERBOSITY VERSION VERSION_NAME VERSION_NUM WATCH_INTERVAL
`)

// A form is how a variable is put in.
type form int

const (
	asText    form = iota // :name
	asLiteral             // :'name'
	asName                // :"name"
	asTest                // :{?name}
)

// A use is a place where psql puts a variable in, and what was known there.
type use struct {
	span       source.Span
	name       string
	form       form
	value      string
	known      tristate
	inBrackets bool
}

// forms are the forms with what stands around the name, longest first.
var forms = []struct {
	form          form
	open, closing string
}{{asTest, ":{?", "}"}, {asLiteral, ":'", "'"}, {asName, `:"`, `"`}, {asText, ":", ""}}

// variableAt returns the variable whose colon stands at pos, if there is one.
func variableAt(data []byte, pos int) (use, bool) {
	for _, f := range forms {
		if !bytes.HasPrefix(data[pos:], []byte(f.open)) {
			continue
		}
		start := pos + len(f.open)
		end := start
		for end < len(data) && (isIdentStart(data[end]) || isDigit(data[end])) {
			end++
		}
		if end > start && bytes.HasPrefix(data[end:], []byte(f.closing)) {
			span := source.Span{Start: pos, End: end + len(f.closing)}
			return use{span: span, name: string(data[start:end]), form: f.form}, true
		}
	}
	return use{}, false
}

// text returns what psql puts in; never says that it leaves the text as it is,
// perhaps that it is not known.
func (u use) text() (string, tristate) {
	if u.form == asTest && u.known != perhaps {
		if u.known == surely {
			return "TRUE", surely
		}
		return "FALSE", surely
	}
	if u.known != surely {
		return "", u.known
	}
	switch u.form {
	case asLiteral:
		quoted := "'" + strings.ReplaceAll(u.value, "'", "''") + "'"
		if strings.Contains(u.value, `\`) {
			quoted = " E" + strings.ReplaceAll(quoted, `\`, `\\`)
		}
		return quoted, surely
	case asName:
		return `"` + strings.ReplaceAll(u.value, `"`, `""`) + `"`, surely
	}
	return u.value, surely
}

// mask returns a text of the same length to be read in the variable's place, and
// false if there is none because what is known of it does not fit.
func (u use) mask(next byte) (string, bool) {
	length := u.span.Len()
	text, known := u.text()
	switch {
	case known == surely && len(text) <= length && (u.form != asText || u.plain(next)):
		return text + strings.Repeat(" ", length-len(text)), true
	case known == surely && u.form != asLiteral:
		return "", false
	}
	switch u.form {
	case asLiteral:
		return "'" + openMarks(length-2) + "'", true
	case asName:
		return `"` + openMarks(length-2) + `"`, true
	}
	return openMarks(length), true
}

// plain reports whether the value is one that spaces may follow: names, numbers
// and dots.
func (u use) plain(next byte) bool {
	for i := range len(u.value) {
		if c := u.value[i]; !isIdent(c) && c != '.' {
			return false
		}
	}
	return u.value != "" && next != ':' && next != '\\'
}

// openMarks returns a name of that many bytes that says that it is not known.
func openMarks(length int) string {
	return strings.Repeat(op.OpenMark, length/len(op.OpenMark)) + strings.Repeat("_", length%len(op.OpenMark))
}

// valuesOf names the values that the text was read with: with others it is another.
func valuesOf(uses []use) string {
	values := map[string]string{}
	for _, u := range uses {
		if u.known == surely {
			values[u.name] = u.value
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "\x00%s=%s", name, values[name])
	}
	return b.String()
}

// setVariable carries out \set.
func setVariable(s *script, c *invocation) {
	if len(c.args) == 0 || c.args[0].open || c.args[0].broken {
		if len(c.args) > 0 {
			s.vars.forgetAll()
		}
		return
	}
	name, value, open := c.args[0].text, "", false
	for _, a := range c.args[1:] {
		value += a.text
		open = open || a.open || a.broken
	}
	if name == "SINGLELINE" && (open || truth(value) || value == "") {
		c.add(&op.Unread{Message: "in psql's SINGLELINE mode each line is a statement, which is not read"})
	}
	if open || c.runs != surely {
		s.vars.forget(name)
		return
	}
	s.vars.set(name, value)
}

// unsetVariable carries out \unset.
func unsetVariable(s *script, c *invocation) {
	switch {
	case len(c.args) == 0:
	case c.args[0].open:
		s.vars.forgetAll()
	case c.runs != surely:
		s.vars.forget(c.args[0].text)
	default:
		s.vars.remove(c.args[0].text)
	}
}
