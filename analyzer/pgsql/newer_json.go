package pgsql

// jsonClauses are the words that begin a clause behind the expressions of a
// JSON function.
var jsonClauses = set("passing returning format default null error empty true false unknown with without keep omit as columns on plan")

// jsonFunctions masks the SQL/JSON functions of version 17: what they are given
// stays as the arguments of a plain call, what shapes their result is left out.
//
//	JSON_VALUE(js, '$.a' PASSING f(1) AS x RETURNING int DEFAULT g() ON EMPTY)
//	JSON_VALUE(js, '$.a' ,       f(1)                    ,       g()         )
func (d *draft) jsonFunctions() {
	for i := range d.tokens {
		switch d.word(i) {
		case "json", "json_exists", "json_query", "json_scalar", "json_serialize", "json_table", "json_value":
			if d.is(i+1, "(") && d.close[i+1] > i+2 {
				j := &jsonReader{draft: d, at: i + 2, end: d.close[i+1]}
				j.function()
			}
		}
	}
}

// A jsonReader goes through what stands between one pair of parentheses. What it
// does not know it leaves, so that the parser refuses it.
type jsonReader struct {
	*draft
	at, end int
}

// function masks the arguments: expressions, and clauses between and behind them.
func (j *jsonReader) function() {
	for j.at < j.end {
		if !j.clause() {
			j.skip()
		}
	}
}

// skip moves past one token of an expression, or past all of a parenthesis.
func (j *jsonReader) skip() {
	if end := j.close[j.at]; end > 0 {
		j.at = end
	}
	j.at++
}

// cut leaves n tokens out.
func (j *jsonReader) cut(n int) bool {
	j.blank(j.at, j.at+n)
	j.at += n
	return true
}

// comma puts a comma for the word: what follows is another argument.
func (j *jsonReader) comma() bool {
	j.put(j.at, j.at+1, ",")
	j.at++
	return true
}

// clause masks the clause that begins at the token, if one does.
func (j *jsonReader) clause() bool {
	w := j.word(j.at)
	if !jsonClauses[w] || j.begins() {
		return false
	}
	switch w {
	case "passing":
		return j.comma()
	case "default":
		j.comma() // its expression ends at ON, and may be NULL
		if j.at < j.end {
			j.skip()
		}
		return true
	case "as":
		return j.isName(j.at+1) && j.cut(2)
	case "returning":
		if !j.isName(j.at + 1) {
			return false
		}
		j.cut(1)
		j.typeName()
		return true
	case "columns":
		return j.columns()
	case "plan":
		return j.plan()
	case "on":
		return (j.is(j.at+1, "error") || j.is(j.at+1, "empty")) && j.cut(2)
	}
	n := j.shape()
	return n > 0 && j.cut(n)
}

// begins reports whether an expression may begin at the token, so that it is no
// clause.
func (j *jsonReader) begins() bool {
	before := j.at - 1
	return j.is(before, "(") || j.is(before, ",") || j.is(before, ".") || j.tokens[before].kind == operator
}

// shape returns how many tokens a clause has that only shapes the result; zero if
// there is none.
func (j *jsonReader) shape() int {
	for _, words := range jsonShapes {
		if j.is(j.at, words...) && j.at+len(words) <= j.end {
			return len(words)
		}
	}
	if j.is(j.at, "format", "json", "encoding") && j.isName(j.at+3) {
		return 4
	}
	if j.is(j.at, "format", "json") {
		return 2
	}
	return 0
}

// jsonShapes are the clauses made of fixed words; longer ones stand before their
// beginnings.
var jsonShapes = [][]string{
	{"with", "conditional", "array", "wrapper"}, {"with", "unconditional", "array", "wrapper"},
	{"with", "conditional", "wrapper"}, {"with", "unconditional", "wrapper"},
	{"with", "array", "wrapper"}, {"with", "wrapper"}, {"without", "array", "wrapper"}, {"without", "wrapper"},
	{"with", "unique", "keys"}, {"with", "unique"}, {"without", "unique", "keys"}, {"without", "unique"},
	{"keep", "quotes", "on", "scalar", "string"}, {"keep", "quotes"},
	{"omit", "quotes", "on", "scalar", "string"}, {"omit", "quotes"},
	{"empty", "array", "on", "empty"}, {"empty", "array", "on", "error"},
	{"empty", "object", "on", "empty"}, {"empty", "object", "on", "error"},
	{"empty", "on", "empty"}, {"empty", "on", "error"},
	{"null", "on", "empty"}, {"null", "on", "error"}, {"error", "on", "empty"}, {"error", "on", "error"},
	{"true", "on", "error"}, {"false", "on", "error"}, {"unknown", "on", "error"},
	{"true", "on", "empty"}, {"false", "on", "empty"}, {"unknown", "on", "empty"},
}

// typeName leaves out the name of a type: words, dots and brackets up to the next
// clause. A type holds no expression.
func (j *jsonReader) typeName() {
	for first := true; j.at < j.end; first = false {
		w := j.word(j.at)
		timezone := (w == "with" || w == "without") && j.is(j.at+1, "time", "zone")
		switch {
		case timezone:
			j.cut(3)
		case !first && (jsonClauses[w] || typeEnds[w]):
			return
		case j.isName(j.at), w == ".", w == "[", w == "]", j.tokens[j.at].kind == number:
			j.cut(1)
		case w == "(" && j.modifiers():
			j.cut(j.close[j.at] - j.at + 1)
		default:
			return
		}
	}
}

// modifiers reports whether (10) or (10,2) stands at the token.
func (j *jsonReader) modifiers() bool {
	n := j.close[j.at] - j.at
	if n != 2 && n != 4 {
		return false
	}
	for k := 1; k < n; k += 2 {
		if j.tokens[j.at+k].kind != number {
			return false
		}
	}
	return true
}

// typeEnds are the words that end the type of a column of JSON_TABLE.
var typeEnds = set("path exists")

// columns masks COLUMNS (…) of JSON_TABLE: nothing but defaults holds expressions.
func (j *jsonReader) columns() bool {
	open := j.at + 1
	if !j.is(open, "(") || j.close[open] < 0 || j.close[open] >= j.end {
		return false
	}
	end := j.close[open]
	j.cut(2)
	inner := &jsonReader{draft: j.draft, at: open + 1, end: end}
	for inner.at < end && inner.column() {
		if !inner.is(inner.at, ",") {
			break
		}
		inner.cut(1)
	}
	j.at = inner.at
	if j.at < end {
		return true // the rest stays, and the parser refuses it
	}
	return j.cut(1)
}

// column masks one column and reports whether it could.
func (j *jsonReader) column() bool {
	if j.is(j.at, "nested") && (j.isText(j.at+1) || j.is(j.at+1, "path")) {
		j.cut(1)
		j.path()
		if j.is(j.at, "as") && j.isName(j.at+1) {
			j.cut(2)
		}
		return j.is(j.at, "columns") && j.columns()
	}
	if !j.isName(j.at) {
		return false
	}
	j.cut(1)
	if j.is(j.at, "for", "ordinality") {
		return j.cut(2)
	}
	j.typeName()
	if j.is(j.at, "exists") {
		j.cut(1)
	}
	for j.at < j.end && !j.is(j.at, ",") {
		if !j.columnClause() {
			return false
		}
	}
	return true
}

func (j *jsonReader) columnClause() bool {
	switch {
	case j.path():
		return true
	case j.is(j.at, "default"):
		j.comma()
		for j.at < j.end && !j.is(j.at, "on", "empty") && !j.is(j.at, "on", "error") {
			if j.is(j.at, ",") {
				return false
			}
			j.skip()
		}
		return j.at < j.end && j.cut(2)
	}
	n := j.shape()
	return n > 0 && j.cut(n)
}

// plan leaves out PLAN (…) and PLAN DEFAULT (…) of version 19, which hold names only.
func (j *jsonReader) plan() bool {
	open := j.at + 1
	if j.is(open, "default") {
		open++
	}
	if !j.is(open, "(") || j.close[open] < 0 {
		return false
	}
	for k := open; k <= j.close[open]; k++ {
		if !j.isName(k) && j.tokens[k].kind != symbol {
			return false
		}
	}
	return j.cut(j.close[open] + 1 - j.at)
}

// path leaves out PATH 'string'.
func (j *jsonReader) path() bool {
	if j.is(j.at, "path") && j.isText(j.at+1) {
		return j.cut(2)
	}
	return j.isText(j.at) && j.cut(1)
}
