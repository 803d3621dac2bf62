package usage

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/dropgate/dropgate/analyzer"
)

// How much a word has to have around it before it counts for a column.
type strictness int

const (
	anywhere    strictness = iota // the file names the table
	otherTables                   // the line does, the word hangs on the table's, or the file is the table's own
	sameLine                      // the word hangs on the table's, or the line is a query on it
)

// A role is what a word of a file says.
type role int

const (
	evidence   role = iota // the name itself
	routine                // the same; where it is called, it is a function's
	plain                  // the same; an everyday word, which is one in a query only
	definition             // the same, after the word for a class
	mention                // the table of a column, for the whole file
	nearby                 // the table of a column, right before it or in a query
)

// A reference is what a word stands for.
type reference struct {
	role   role
	number int // of a name; of a table for mention and nearby
}

// A name is what is looked for.
type name struct {
	table  int // its number
	column string
	strict strictness
}

// An index tells what words to look for.
type index struct {
	names    []name
	meanings map[string][]reference
	odd      []oddName
	tables   map[string]int // by the name without schema
	files    map[string][]int
	// everyday are the tables with columns of everyday names.
	everyday map[int]bool
	// What words can begin with, and how long they are at most.
	first   [256]bool
	longest int
}

func newIndex(all []analyzer.Gone) *index {
	x := &index{meanings: map[string][]reference{}, tables: map[string]int{}, files: map[string][]int{}, everyday: map[int]bool{}}
	for i, g := range all {
		if g.Column == "" {
			x.names = append(x.names, name{})
			x.table(i, g.Table)
			continue
		}
		n := name{x.mentioned(g.Table), g.Column, strict(g)}
		x.names = append(x.names, n)
		if n.strict == sameLine {
			x.everyday[n.table] = true
		}
		if !isWord(g.Column) {
			x.odd = append(x.odd, oddName{i, []byte(g.Column)})
			continue
		}
		for _, form := range columnForms(g.Column) {
			x.add(form, reference{role: evidence, number: i})
		}
	}
	return x
}

func (x *index) add(word string, r reference) {
	if word == "" {
		return
	}
	x.first[word[0]] = true
	x.longest = max(x.longest, len(word))
	if !slices.Contains(x.meanings[word], r) {
		x.meanings[word] = append(x.meanings[word], r)
	}
}

// table adds the words that name a table which goes.
func (x *index) table(number int, table string) {
	switch {
	case !isWord(table):
		x.odd = append(x.odd, oddName{number, []byte(table)})
	case several(table):
		for _, form := range tableForms(table) {
			if form == joined(form) {
				x.add(form, reference{role: evidence, number: number})
			} else {
				x.add(form, reference{role: routine, number: number})
			}
		}
	default:
		x.add(table, reference{role: plain, number: number})
		for _, form := range tableForms(table)[1:] {
			x.add(form, reference{role: definition, number: number})
		}
	}
}

// mentioned adds the words that name the table of a column, and returns the
// table's number.
func (x *index) mentioned(table string) int {
	number, known := x.tables[table]
	if known {
		return number
	}
	number = len(x.tables)
	x.tables[table] = number
	for _, form := range tableForms(table) {
		x.add(form, reference{role: mention, number: number})
	}
	for _, form := range []string{table, singular(table)} {
		x.add(form, reference{role: nearby, number: number})
		key := squeeze(form)
		if !slices.Contains(x.files[key], number) {
			x.files[key] = append(x.files[key], number)
		}
	}
	return number
}

// entities returns the tables after which a file is named: order_item.rb,
// OrderItems.java, order-items.ts.
func (x *index) entities(file string) map[int]bool {
	base, _, _ := strings.Cut(path.Base(file), ".")
	numbers := x.files[squeeze(base)]
	if len(numbers) == 0 {
		return nil
	}
	all := map[int]bool{}
	for _, n := range numbers {
		all[n] = true
	}
	return all
}

// squeeze returns a name in lower case without what joins its words.
func squeeze(s string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(s))
}

func isWord(s string) bool {
	return s != "" && !bytes.ContainsFunc([]byte(s), func(r rune) bool { return r < 0x80 && !inWord[byte(r)] })
}

// several reports whether a name is made of several words: order_items, orderItems.
func several(s string) bool {
	s = strings.Trim(s, "_")
	return strings.Contains(s, "_") || strings.IndexFunc(s, unicode.IsLower) >= 0 && strings.IndexFunc(lowerFirst(s), unicode.IsUpper) > 0
}

// tableForms returns how code writes a table's name, the name itself first:
// order_items, OrderItems, OrderItem and, for several words, orderItems, orderItem.
func tableForms(table string) []string {
	forms := []string{table}
	for _, base := range []string{table, singular(table)} {
		pascal := joined(base)
		forms = append(forms, pascal)
		if several(base) {
			forms = append(forms, base, lowerFirst(pascal))
		}
	}
	return unique(forms)
}

// columnForms returns how code writes a column's name: created_by, createdBy and
// CreatedBy; user_id also as userID and UserID.
func columnForms(column string) []string {
	forms := []string{column}
	if several(column) {
		pascal := joined(column)
		forms = append(forms, pascal, lowerFirst(pascal))
		if goName := joinedAsGo(column); goName != pascal {
			forms = append(forms, goName, lowerFirst(goName))
		}
	}
	return unique(forms)
}

func unique(all []string) []string {
	var kept []string
	for _, s := range all {
		if s != "" && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// singular takes the ending of a plain English plural off.
func singular(s string) string {
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "ss") || !strings.HasSuffix(s, "s") || len(s) < 4:
		return s
	}
	for _, ending := range []string{"sses", "xes", "ches", "shes"} {
		if strings.HasSuffix(s, ending) {
			return s[:len(s)-2]
		}
	}
	return s[:len(s)-1]
}

// joined returns order_items as OrderItems.
func joined(s string) string {
	var b strings.Builder
	for _, part := range strings.Split(s, "_") {
		b.WriteString(upperFirst(part))
	}
	return b.String()
}

// initialisms are the words that Go writes in capitals.
var initialisms = []string{"api", "html", "http", "id", "ip", "json", "sql", "uri", "url", "uuid"}

// joinedAsGo returns user_id as UserID.
func joinedAsGo(s string) string {
	var b strings.Builder
	for _, part := range strings.Split(s, "_") {
		if slices.Contains(initialisms, part) {
			b.WriteString(strings.ToUpper(part))
		} else {
			b.WriteString(upperFirst(part))
		}
	}
	return b.String()
}

func upperFirst(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func lowerFirst(s string) string {
	if s != "" && 'A' <= s[0] && s[0] <= 'Z' {
		return string(s[0]-'A'+'a') + s[1:]
	}
	return s
}

// shortName is the fewest letters of a column's name that say anything by
// themselves.
const shortName = 4

// everyday are column names that every program is full of.
var everyday = strings.Fields(`action active address amount body category code color comment config content
	context count country created_at created_by current data date default deleted_at description details
	email enabled end error event file filename first format from group hash height icon image index input
	is_active json key kind label language last length level link list locale location message meta metadata
	method model mode name note notes number object options order owner parent password path payload phone
	position price priority public query reason ref reference result role score settings size slug sort source
	start state status string summary tag tags target text time timestamp title token total type units
	updated_at updated_by url user user_id username uuid value values version weight width`)

func strict(g analyzer.Gone) strictness {
	switch {
	case len(g.Column) < shortName || slices.Contains(everyday, g.Column):
		return sameLine
	case g.Elsewhere, !several(g.Column), strings.HasSuffix(g.Column, "_id"), strings.HasSuffix(g.Column, "Id"):
		return otherTables
	}
	return anywhere
}

// An oddName has bytes that no identifier has, and stands in code as it is.
type oddName struct {
	number int
	text   []byte
}

// each calls add for the lines that have the name between other characters than
// those of words.
func (o oddName) each(data []byte, add func(line int)) {
	if len(o.text) < shortName {
		return
	}
	line, counted := 1, 0
	for at := 0; ; {
		i := bytes.Index(data[at:], o.text)
		if i < 0 {
			return
		}
		start, end := at+i, at+i+len(o.text)
		at = end
		if start > 0 && inWord[data[start-1]] && inWord[data[start]] || end < len(data) && inWord[data[end]] && inWord[data[end-1]] {
			continue
		}
		line += bytes.Count(data[counted:start], []byte{'\n'})
		counted = start
		add(line)
	}
}
