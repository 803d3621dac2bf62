package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// An Origin says where a config's values come from.
type Origin struct {
	At  string            // what the file was read from, as in "0123abc"; empty: the disk
	Set map[string]string // by key, what sets it in the file's stead: a flag, an input
}

// YAML returns the whole config as a file that sets the same. Behind each line a
// comment says where its value comes from: the line of the file, what Origin has
// instead, or the default.
func (c Config) YAML(o Origin) string {
	p := &printer{config: &c, origin: o}
	for _, k := range c.keys(Known{}).keys {
		k.kind.print(p, entry{name: k.name, key: k.name})
	}
	return p.text()
}

// maxMargin is the width up to which the comments stand below one another.
const maxMargin = 56

// A printer collects the lines of a config.
type printer struct {
	config *Config
	origin Origin
	lines  [][2]string // each with its origin
}

// An entry is a key to be printed.
type entry struct {
	name   string // as it stands in the line
	key    string // in full
	indent string
}

// below is an entry of a mapping.
func (e entry) below(name, key string) entry {
	return entry{name, key, e.indent + "  "}
}

// set adds a line.
func (p *printer) set(at entry, value string) {
	if value != "" {
		value = " " + value
	}
	p.add(at.indent+at.name+":"+value, at.key, at.key)
}

// unset adds a line that says of a key without a value that it has none.
func (p *printer) unset(at entry) {
	p.add(at.indent+"# "+at.name+":", at.key, at.key)
}

func (p *printer) add(line, key, element string) {
	p.lines = append(p.lines, [2]string{line, p.from(key, element)})
}

// from tells where an element of a key comes from.
func (p *printer) from(key, element string) string {
	if set := p.origin.Set[key]; set != "" {
		return set
	}
	at, ok := p.config.places[element]
	if !ok {
		at, ok = p.config.places[key]
	}
	file := p.config.path
	if quoted := strconv.Quote(file); quoted != `"`+file+`"` {
		file = quoted // else what is in it could end the comment
	}
	switch {
	case !ok:
		return "default"
	case p.origin.At != "":
		return fmt.Sprintf("%s:%d at %s", file, at.line, p.origin.At)
	}
	return fmt.Sprintf("%s:%d", file, at.line)
}

func (p *printer) text() string {
	margin := 0
	for _, l := range p.lines {
		if n := utf8.RuneCountInString(l[0]); n <= maxMargin {
			margin = max(margin, n)
		}
	}
	var b strings.Builder
	for _, l := range p.lines {
		gap := max(margin-utf8.RuneCountInString(l[0]), 0)
		b.WriteString(l[0] + strings.Repeat(" ", gap) + "  # " + l[1] + "\n")
	}
	return b.String()
}

func (n number) print(p *printer, at entry)  { p.set(at, strconv.Itoa(*n.to)) }
func (s score) print(p *printer, at entry)   { p.set(at, fmt.Sprintf("%+d", *s.to)) }
func (b boolean) print(p *printer, at entry) { p.set(at, strconv.FormatBool(*b.to)) }
func (c choice) print(p *printer, at entry)  { p.set(at, *c.to) }

func (d duration) print(p *printer, at entry) { p.set(at, formatDuration(*d.to)) }

func (t text) print(p *printer, at entry) {
	if *t.to == "" {
		p.unset(at)
		return
	}
	p.set(at, quote(*t.to))
}

func (l list) print(p *printer, at entry) {
	if len(*l.to) == 0 {
		p.set(at, "[]")
		return
	}
	p.set(at, "")
	for i, item := range *l.to {
		p.add(at.indent+"  - "+quote(item), at.key, element(at.key, i))
	}
}

func (g group) print(p *printer, at entry) {
	p.set(at, "")
	for _, k := range g.keys {
		k.kind.print(p, at.below(k.name, at.key+"."+k.name))
	}
}

func (f formats) print(p *printer, at entry) {
	if len(*f.to) == 0 {
		p.set(at, "{}")
		return
	}
	p.set(at, "")
	for i, r := range *f.to {
		p.add(at.indent+"  "+quoted(r.Pattern)+": "+r.Format, at.key, element(at.key, i))
	}
}

func (r rules) print(p *printer, at entry) {
	if len(*r.to) == 0 {
		p.set(at, "{}")
		return
	}
	p.set(at, "")
	for _, id := range slices.Sorted(maps.Keys(*r.to)) {
		one, setting := at.below(id, at.key+"."+id), (*r.to)[id]
		if setting.Off {
			p.set(one, "off")
			continue
		}
		setting.keys().print(p, one)
	}
}

// plain is a text that is the same without quotes. What could be another type to some
// reader of YAML is not.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9/.]*-[A-Za-z0-9/.-]*[A-Za-z0-9]$`)

// quote writes a text as YAML.
func quote(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return quoted(s)
}

// quoted writes a text between quotes. What Go writes for hidden characters is YAML's
// too. Two number signs begin a command of a workflow's runner, and would be broken up
// on their way to its log.
func quoted(s string) string {
	return strings.ReplaceAll(strconv.Quote(s), "##", `#\x23`)
}

// formatDuration writes a duration as people do: whole days from two on.
func formatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}
