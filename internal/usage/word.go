package usage

import (
	"bytes"
	"iter"
	"slices"
	"strings"
)

// A word is a run of letters, digits and underscores.
type word struct {
	text       []byte
	line       int // from 1
	from       int // where the line begins
	start, end int
	before     []byte // the word before it on the same line, nil for none
	gap        int    // the bytes in between
}

// inWord are the bytes of words. What is no ASCII counts as a letter.
var inWord = func() (is [256]bool) {
	for c := range is {
		is[c] = c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return is
}()

// words returns those words of a text that the index may have.
func (x *index) words(data []byte) iter.Seq[word] {
	return func(yield func(word) bool) {
		line, from := 1, 0
		before, last := 0, -1 // where the word before on this line begins and ends
		for i := 0; i < len(data); {
			if !inWord[data[i]] {
				if data[i] == '\n' {
					line++
					from, last = i+1, -1
				}
				i++
				continue
			}
			start := i
			for i < len(data) && inWord[data[i]] {
				i++
			}
			if x.first[data[start]] && i-start <= x.longest {
				w := word{text: data[start:i], line: line, from: from, start: start, end: i}
				if last >= 0 {
					w.before, w.gap = data[before:last], start-last
				}
				if !yield(w) {
					return
				}
			}
			before, last = start, i
		}
	}
}

// binaryHead is how far a zero byte tells a binary file, as git has it.
const binaryHead = 8000

func isBinary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), binaryHead)], 0) >= 0
}

// relationWords come before a table's name in a query, modelWords before that of
// what stands for its rows in code.
var (
	relationWords = []string{"from", "join", "into", "update", "table", "references", "truncate", "only", "exists"}
	modelWords    = []string{"class", "model", "struct", "entity"}
	queryWords    = []string{"select", "delete", "insert", "where", "set", "values", "join", "create", "drop", "alter", "truncate", "foreign", "references"}
)

// quoted reports whether the word stands in quotes by itself or after a schema, or
// as a symbol or a module: 'users', "public.users", :users, schema::users.
func (w word) quoted(data []byte) bool {
	at := func(i int) byte {
		if i < 0 || i >= len(data) {
			return ' '
		}
		return data[i]
	}
	before, ahead, after := at(w.start-1), at(w.start-2), at(w.end)
	switch {
	case before == ':':
		return !inWord[ahead]
	case after == ':':
		return at(w.end+1) == ':'
	case after == '`' && inWord[ahead]:
		return false // the words of a tagged template
	case after != '\'' && after != '"' && after != '`':
		return false
	}
	return before == after || before == '.' && inWord[ahead]
}

// follows reports whether one of the words comes before it in what looks like a
// query: in capitals, or on a line that begins with it or has another of SQL's.
func (w word) follows(data []byte, these []string) bool {
	if w.before == nil {
		return false
	}
	from := max(w.from, w.start-contextBytes)
	to := min(len(data), w.end+contextBytes)
	if i := bytes.IndexByte(data[w.end:to], '\n'); i >= 0 {
		to = w.end + i
	}
	head := strings.Fields(strings.TrimRight(string(data[from:w.start]), "\"'`\\["))
	if len(head) > 0 && strings.HasSuffix(head[len(head)-1], ".") {
		head = head[:len(head)-1] // the schema
	}
	if len(head) == 0 {
		return false
	}
	last := strings.TrimLeft(head[len(head)-1], "\"'`(")
	switch {
	case !slices.Contains(these, strings.ToLower(last)), last != strings.ToLower(last) && last != strings.ToUpper(last):
		return false
	case last == strings.ToUpper(last), len(head) == 1:
		return !bytes.HasPrefix(bytes.TrimLeft(data[w.end:to], " "), []byte("import"))
	}
	line := string(data[from:to])
	for _, other := range strings.FieldsFunc(line, func(r rune) bool { return r < 0x80 && !inWord[byte(r)] }) {
		if other != last && slices.Contains(queryWords, strings.ToLower(other)) {
			return true
		}
	}
	return false
}

// contextBytes is how much of a line is looked at on each side of a word.
const contextBytes = 400

// called reports whether the word is that of a call, or of a function's head.
func (w word) called(data []byte) bool { return w.end < len(data) && data[w.end] == '(' }

// comments are how a line begins that is nothing but a comment.
var comments = [][]byte{[]byte("//"), []byte("# "), []byte("* "), []byte("/*"), []byte("-- "), []byte("<!--")}

func (w word) inComment(data []byte) bool {
	head := bytes.TrimLeft(data[w.from:min(w.start, w.from+contextBytes)], " \t")
	return slices.ContainsFunc(comments, func(sign []byte) bool { return bytes.HasPrefix(head, sign) })
}

// defined reports whether the word names a class or its like.
func (w word) defined() bool { return slices.Contains(modelWords, string(w.before)) }

// has reports whether a sorted list has a line.
func has(all []int, line int) bool {
	_, ok := slices.BinarySearch(all, line)
	return ok
}
