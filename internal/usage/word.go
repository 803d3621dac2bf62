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
	start, end int
	before     []byte // the word before it on the same line, nil for none
}

// inWord are the bytes of words. What is no ASCII counts as a letter.
var inWord = func() (is [256]bool) {
	for c := range is {
		is[c] = c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return is
}()

// words returns the words of a text.
func words(data []byte) iter.Seq[word] {
	return func(yield func(word) bool) {
		line := 1
		var before []byte
		for i := 0; i < len(data); {
			if !inWord[data[i]] {
				if data[i] == '\n' {
					line++
					before = nil
				}
				i++
				continue
			}
			start := i
			for i < len(data) && inWord[data[i]] {
				i++
			}
			if !yield(word{data[start:i], line, start, i, before}) {
				return
			}
			before = data[start:i]
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

// inQuery reports whether a word that many texts have stands like a table's name:
// in quotes by itself, as a symbol, or in a query.
func (w word) inQuery(data []byte) bool {
	before, after := byte(0), byte(0)
	if w.start > 0 {
		before = data[w.start-1]
	}
	if w.end < len(data) {
		after = data[w.end]
	}
	quoted := after == '\'' || after == '"' || after == '`'
	switch {
	case quoted && (before == after || before == '.' && w.start > 1 && inWord[data[w.start-2]]):
		return true
	case before == ':' || after == ':' && bytes.HasPrefix(data[w.end:], []byte("::")):
		return before != ':' || w.start < 2 || !inWord[data[w.start-2]]
	}
	return w.follows(data, relationWords)
}

// follows reports whether one of the words comes before it in what looks like a
// query: in capitals, or on a line that begins with it or has another of SQL's.
func (w word) follows(data []byte, these []string) bool {
	if w.before == nil {
		return false
	}
	from := bytes.LastIndexByte(data[:w.start], '\n') + 1
	to := len(data)
	if i := bytes.IndexByte(data[w.end:], '\n'); i >= 0 {
		to = w.end + i
	}
	head := strings.Fields(string(data[max(from, w.start-contextBytes):w.start]))
	if len(head) > 0 && strings.HasSuffix(head[len(head)-1], ".") {
		head = head[:len(head)-1] // the schema
	}
	if len(head) == 0 {
		return false
	}
	last := strings.TrimLeft(head[len(head)-1], "\"'`(")
	switch {
	case !slices.Contains(these, strings.ToLower(last)):
		return false
	case last == strings.ToUpper(last), len(head) == 1:
		return !bytes.HasPrefix(bytes.TrimLeft(data[w.end:to], " "), []byte("import"))
	}
	line := string(data[max(from, w.start-contextBytes):min(to, w.end+contextBytes)])
	for _, other := range strings.FieldsFunc(line, func(r rune) bool { return r < 0x80 && !inWord[byte(r)] }) {
		if other != last && slices.Contains(queryWords, strings.ToLower(other)) {
			return true
		}
	}
	return false
}

// contextBytes is how much of a line is looked at on each side of a word.
const contextBytes = 400

// defined reports whether the word names a class or its like.
func (w word) defined() bool { return slices.Contains(modelWords, string(w.before)) }

// has reports whether a sorted list has a line.
func has(all []int, line int) bool {
	_, ok := slices.BinarySearch(all, line)
	return ok
}
