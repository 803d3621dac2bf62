package pgsql

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// chainLimit is the most operators, joins and open parentheses that may stand
// above one another in a statement; a parenthesis counts three, a query two. The
// parser's C code walks such chains recursively, and where the stack ends, a
// signal that Go cannot catch kills the process: at some 24,000 operators with
// the usual 8 MB. At the limit 1 MB is enough (measured), and glibc gives a
// thread no less than 2 MB. Real statements stay under 300.
const chainLimit = 2500

// commentLimit is the most bytes of operator characters that may stand together
// with a comment sign in them. The parser looks at the rest of such a run again
// for every comment in it.
const commentLimit = 4000

// guard refuses what would crash the parser or keep it busy for minutes.
func guard(data []byte, in source.Span, all []token) error {
	if depth := chainDepth(data, all); depth > chainLimit {
		return fmt.Errorf("%d operators or parentheses stand above one another, more than the %d that are read", depth, chainLimit)
	}
	if run := operatorRun(data[in.Start:in.End]); run > commentLimit {
		return fmt.Errorf("%d operator characters and comment signs stand together, more than the %d that are read", run, commentLimit)
	}
	return nil
}

// A level is what stands between one pair of brackets, or CASE and END.
type level struct {
	isCase   bool
	base     int // of the bracket itself
	queries  int // SELECT and VALUES
	operands int // operators of the current expression
	between  int // BETWEEN whose AND is still to come
	joins    int // of the current FROM item
	sets     int // UNION, EXCEPT, INTERSECT
}

func (l level) sum() int { return l.base + l.queries + l.operands + l.joins + l.sets }

// A chain counts how many nodes of the parse tree may stand above one another.
type chain struct {
	levels []level
	below  int // the sum of all levels but the last
}

// chainDepth returns an upper bound of how deep the parse tree nests operators,
// joins, set operations and brackets. What makes lists (commas, AND, OR, the
// branches of CASE) ends a chain; nothing else does.
func chainDepth(data []byte, all []token) int {
	c := &chain{levels: []level{{}}}
	deepest := 0
	dot := false
	for _, t := range all {
		switch {
		case t.kind == operator:
			// The parser may take a run of operator characters for one operator each.
			c.top().operands += t.span.Len()
		case t.kind == symbol:
			c.symbol(data[t.span.Start])
		case t.kind == word && !dot: // behind a dot a keyword is a name
			c.word(strings.ToLower(string(data[t.span.Start:t.span.End])))
		}
		dot = t.is(data, ".")
		deepest = max(deepest, c.below+c.top().sum())
	}
	return deepest
}

func (c *chain) top() *level { return &c.levels[len(c.levels)-1] }

func (c *chain) push(isCase bool) {
	c.below += c.top().sum()
	c.levels = append(c.levels, level{isCase: isCase, base: 3})
}

func (c *chain) pop() {
	if len(c.levels) > 1 {
		c.levels = c.levels[:len(c.levels)-1]
		c.below -= c.top().sum()
	}
}

func (c *chain) symbol(s byte) {
	top := c.top()
	switch s {
	case '(', '[':
		c.push(false)
	case ')', ']':
		c.pop()
	case ',':
		top.operands, top.joins = 0, 0
	case ';':
		top.queries, top.operands, top.joins, top.sets = 0, 0, 0, 0
	case ':':
		top.operands++
	}
}

func (c *chain) word(w string) {
	top := c.top()
	switch w {
	case "case":
		c.push(true)
	case "end":
		if top.isCase {
			c.pop()
		}
	case "when", "then", "else":
		if top.isCase {
			top.operands = 0
		}
	case "and", "or":
		if w == "and" && top.between > 0 {
			top.between--
			return
		}
		top.operands = 0 // AND and OR make one list of all their operands
	case "join":
		top.joins++
		top.operands = 0
	case "union", "except", "intersect":
		top.sets++
		top.queries, top.operands, top.joins = 0, 0, 0
	case "select", "values":
		top.queries += 2
	case "between":
		top.between++
		top.operands += 2
	case "not", "collate", "at", "is", "isnull", "notnull", "in", "like", "ilike", "similar", "escape", "operator", "overlaps":
		top.operands++
	}
}

// operatorRun returns the length of the longest run of operator characters that
// has a comment's beginning in it.
func operatorRun(text []byte) int {
	longest, run, comment := 0, 0, false
	for i, b := range text {
		if strings.IndexByte(operatorBytes, b) < 0 {
			run, comment = 0, false
			continue
		}
		run++
		comment = comment || b == '*' && i > 0 && text[i-1] == '/'
		if comment {
			longest = max(longest, run)
		}
	}
	return longest
}
