// Package schema renders the schema that migrations build: as SQL, as JSON and as a
// Mermaid diagram.
//
// Names, types and expressions come from a repository. Whatever they hold, the SQL
// has them as names and expressions that end where they seem to end; the diagram
// has them in the few characters that Mermaid's grammar allows.
package schema

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
)

// A Set is a set of migrations and what they build together.
type Set struct {
	Path string `json:"path"` // the name of the set: its folder
	catalog.Schema
}

// A Format writes sets in one way.
type Format func(io.Writer, []Set) error

// Formats are all formats by their names.
var Formats = map[string]Format{"sql": SQL, "json": JSON, "mermaid": Mermaid}

// JSON writes the sets as docs/schema.md describes it. A list without elements is [],
// never null, save for the types of an extension where they are not known.
func JSON(w io.Writer, sets []Set) error {
	document := struct {
		Version int   `json:"version"`
		Sets    []Set `json:"sets"`
	}{1, append([]Set{}, sets...)}
	v := reflect.New(reflect.TypeOf(document)).Elem()
	v.Set(reflect.ValueOf(document))
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(filled(v).Interface())
}

// filled returns a copy of the value in which no list is nil.
func filled(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Slice:
		all := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			all.Index(i).Set(filled(v.Index(i)))
		}
		return all
	case reflect.Struct:
		one := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			one.Field(i).Set(filled(v.Field(i)))
		}
		if e, ok := v.Interface().(catalog.ExtensionInfo); ok && e.Types == nil {
			return v
		}
		return one
	}
	return v
}

// completeness says how much of a schema is known.
func completeness(s catalog.Schema) string {
	read := fmt.Sprintf("%s read", count(s.Migrations, "migration"))
	switch {
	case s.Migrations == 0:
		return "no migrations read: nothing is known"
	case s.Unread > 0:
		return fmt.Sprintf("%s, and %s could not be: what is not here may exist all the same", read, count(s.Unread, "statement"))
	case !s.Complete:
		return read + ": what is not here may exist all the same"
	}
	return read + ", every statement of them"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// unknown says of a part of the schema that no migration that was read tells it.
func unknown(s catalog.Schema) string {
	return "not known to the " + count(s.Migrations, "migration") + " read"
}

// oneLine keeps what stands in a comment on its line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, text)
}
