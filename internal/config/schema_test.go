package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	allrules "github.com/dropgate/dropgate/rules"
)

var update = flag.Bool("update", false, "rewrite docs/config.schema.json and the tables of keys in docs/configuration.md")

const (
	schemaFile = "../../docs/config.schema.json"
	schemaURL  = "https://raw.githubusercontent.com/dropgate/dropgate/v1/docs/config.schema.json"
	page       = "../../docs/configuration.md"
)

// everything is what a config of this version may name.
func everything() Known {
	k := Known{Formats: migration.Names()}
	for _, r := range allrules.All {
		k.Rules = append(k.Rules, r.ID)
	}
	return k
}

// A schema is one of JSON Schema, or a part of one. Draft 7 is the one that the
// language server for YAML has always read in full. patternErrorMessage is that
// server's: what it says instead of the pattern.
type schema struct {
	Schema        string             `json:"$schema,omitempty"`
	ID            string             `json:"$id,omitempty"`
	Ref           string             `json:"$ref,omitempty"`
	Title         string             `json:"title,omitempty"`
	Description   string             `json:"description,omitempty"`
	Type          any                `json:"type,omitempty"`
	Const         any                `json:"const,omitempty"`
	Enum          []any              `json:"enum,omitempty"`
	Minimum       *int               `json:"minimum,omitempty"`
	Maximum       *int               `json:"maximum,omitempty"`
	Pattern       string             `json:"pattern,omitempty"`
	Message       string             `json:"patternErrorMessage,omitempty"`
	Items         *schema            `json:"items,omitempty"`
	AnyOf         []*schema          `json:"anyOf,omitempty"`
	AllOf         []*schema          `json:"allOf,omitempty"`
	Required      []string           `json:"required,omitempty"`
	PropertyNames *schema            `json:"propertyNames,omitempty"`
	Properties    properties         `json:"properties,omitempty"`
	Additional    any                `json:"additionalProperties,omitempty"`
	Default       any                `json:"default,omitempty"`
	Definitions   map[string]*schema `json:"definitions,omitempty"`
}

// properties keep their order.
type properties []property

type property struct {
	name string
	schema
}

// MarshalJSON implements json.Marshaler.
func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(marshal(one.name))
		b.WriteByte(':')
		b.Write(marshal(one.schema))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal writes JSON in which & and < are themselves.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// document is the schema of the whole file.
func document(known Known) *schema {
	c := Default()
	top := schemaOf(c.keys(known))
	top.Schema, top.ID = "http://json-schema.org/draft-07/schema#", schemaURL
	top.Title = "The config of dropgate, .dropgate.yml"
	var setting RuleSetting
	mapping := schemaOf(setting.keys())
	mapping.Type, mapping.Required = "object", []string{"score"}
	top.Definitions = map[string]*schema{"glob": glob.schema(""), "rule": {AnyOf: []*schema{{Enum: []any{"off", false}}, mapping}}}
	return top
}

// schemaOf describes what a kind takes, as the decoder reads it.
func schemaOf(k kind) *schema {
	switch k := k.(type) {
	case number:
		if k.low == k.high {
			return &schema{Const: k.low, Default: *k.to}
		}
		return &schema{Type: "integer", Minimum: &k.low, Maximum: &k.high, Default: *k.to}
	case score:
		low, high := -100, 100
		return &schema{AnyOf: []*schema{
			{Type: "integer", Minimum: &low, Maximum: &high},
			{Type: "string", Pattern: `^[+-]?(?:0|[1-9][0-9]?|100)$`, Message: "must be points to add, from -100 to +100"},
		}}
	case boolean:
		return &schema{Type: "boolean", Default: *k.to}
	case text:
		return k.check.schema(*k.to)
	case list:
		return &schema{Type: []string{"array", "null"}, Items: k.check.item(), Default: []string{}}
	case choice:
		s := &schema{Default: *k.to}
		for _, option := range k.options {
			s.Enum = append(s.Enum, option)
		}
		if slices.Contains(k.options, "off") {
			s.Enum = append(s.Enum, false) // off, as YAML 1.1 has it
		}
		return s
	case duration:
		return durationSchema(k)
	case group:
		return groupSchema(k)
	case formats:
		var names []any
		for _, f := range k.known {
			names = append(names, f)
		}
		return &schema{
			Type: []string{"object", "null"}, PropertyNames: glob.item(),
			Additional: &schema{Enum: names}, Default: map[string]string{},
		}
	case rules:
		return rulesSchema(k)
	}
	panic("a kind without a schema")
}

func (c check) schema(value string) *schema {
	s := &schema{Type: "string"}
	for _, n := range c.needs {
		s.AllOf = append(s.AllOf, &schema{Pattern: n.pattern, Message: n.must})
	}
	if value != "" {
		s.Default = value
	}
	return s
}

// item is the schema of an element of a list. Globs stand at several places.
func (c check) item() *schema {
	if &c.needs[0] == &globNeeds[0] {
		return &schema{Ref: "#/definitions/glob"}
	}
	return c.schema("")
}

func durationSchema(d duration) *schema {
	written := &schema{Type: "string", Pattern: durationPattern, Message: "must be a duration, as in 24h, 7d or 2w"}
	s := &schema{Default: formatDuration(*d.to)}
	if !d.positive {
		written.AllOf = []*schema{{Pattern: "."}}
		s.AnyOf = []*schema{written, {Const: json.Number("0")}}
		return s
	}
	written.AllOf = []*schema{{Pattern: "[1-9]", Message: "must be more than 0: a backup of any age proves nothing"}}
	s.AnyOf = []*schema{written}
	return s
}

func groupSchema(g group) *schema {
	s := &schema{Type: []string{"object", "null"}, Additional: false}
	for _, k := range g.keys {
		one := schemaOf(k.kind)
		one.Description = sentence(k.about)
		s.Properties = append(s.Properties, property{k.name, *one})
	}
	return s
}

func rulesSchema(r rules) *schema {
	s := &schema{Type: []string{"object", "null"}, Additional: false, Default: map[string]string{}}
	for _, id := range r.known {
		title := ""
		if i := slices.IndexFunc(allrules.All, func(r *analyzer.Rule) bool { return r.ID == id }); i >= 0 {
			title = allrules.All[i].Title
		}
		s.Properties = append(s.Properties, property{id, schema{Description: title, AllOf: []*schema{{Ref: "#/definitions/rule"}}}})
	}
	return s
}

var linked = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)

// sentence is a key's description without links.
func sentence(about string) string { return linked.ReplaceAllString(about, "$1") }

// TestSchemaFile holds docs/config.schema.json to the decoder.
func TestSchemaFile(t *testing.T) {
	var want bytes.Buffer
	if err := json.Indent(&want, marshal(document(everything())), "", "  "); err != nil {
		t.Fatal(err)
	}
	want.WriteByte('\n')
	if *update {
		if err := os.WriteFile(schemaFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("docs/config.schema.json is not what the decoder reads (%v): run go test ./internal/config -update", err)
	}
}

// keyRow is a row of the tables of keys.
var keyRow = regexp.MustCompile("^\\| `([a-z.-]+|rules\\.ID\\.[a-z]+)` \\| .* \\|$")

// TestKeysPage holds the tables of docs/configuration.md to the keys.
func TestKeysPage(t *testing.T) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	c := Default()
	rowsOf(want, "", c.keys(Known{}))
	var setting RuleSetting
	rowsOf(want, "rules.ID.", setting.keys())
	lines, inside := strings.Split(string(data), "\n"), false
	for i, line := range lines {
		inside = strings.HasPrefix(line, "|") && (inside || strings.HasPrefix(line, "| key |"))
		found := keyRow.FindStringSubmatch(line)
		if !inside || found == nil {
			continue
		}
		row, ok := want[found[1]]
		if !ok {
			t.Errorf("docs/configuration.md has the key %s, which is none", found[1])
			continue
		}
		lines[i] = row
		delete(want, found[1])
	}
	for name := range want {
		t.Errorf("docs/configuration.md does not have the key %s: add a row with any text, and run go test ./internal/config -update", name)
	}
	if is := strings.Join(lines, "\n"); is != string(data) && !*update {
		t.Error("docs/configuration.md describes keys otherwise than keys.go: run go test ./internal/config -update")
	} else if err := os.WriteFile(page, []byte(is), 0o644); *update && err != nil {
		t.Fatal(err)
	}
}

// rowsOf adds the rows of the keys that take a value.
func rowsOf(to map[string]string, under string, g group) {
	for _, k := range g.keys {
		if below, ok := k.kind.(group); ok {
			rowsOf(to, under+k.name+".", below)
			continue
		}
		value := "–"
		switch s := schemaOf(k.kind); {
		case s.Default == nil || strings.HasPrefix(under, "rules."):
		default:
			value = "`" + strings.Trim(string(marshal(s.Default)), `"`) + "`"
		}
		to[under+k.name] = "| `" + under + k.name + "` | " + value + " | " + k.about + " |"
	}
}

// TestFormatDuration holds that a duration that is printed is read as the same.
func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", time.Minute: "1m", time.Hour: "1h", 90 * time.Minute: "1h30m", 24 * time.Hour: "24h",
		48 * time.Hour: "2d", 49 * time.Hour: "49h", 14 * 24 * time.Hour: "14d", 10*time.Minute + time.Second: "10m1s", 20 * time.Hour: "20h", maxDuration: "3650d",
	} {
		got := formatDuration(d)
		back, problem := parseDuration(got)
		if got != want || back != d || problem != "" {
			t.Errorf("%d is written as %q and read as %d %s, want %q", d, got, back, problem, want)
		}
	}
}
