package pgsql

// A rewording masks a word or two of a later version.
type rewording struct {
	statement []string // what the statement begins with; any without
	before    []string
	words     []string
	after     []string
	put       string // in place of the words
}

// rewordings touch no expression.
var rewordings = []rewording{
	// A sign that is neither AT TIME ZONE of a constant nor one that can be undone.
	{words: []string{"at", "local"}, put: "% 1"},
	{before: []string{")"}, words: []string{"ignore", "nulls"}, after: []string{"over"}},
	{before: []string{")"}, words: []string{"ignore", "nulls"}, after: []string{"filter"}},
	{before: []string{")"}, words: []string{"respect", "nulls"}, after: []string{"over"}},
	{before: []string{")"}, words: []string{"respect", "nulls"}, after: []string{"filter"}},
	{statement: []string{"vacuum"}, words: []string{"only"}},
	{statement: []string{"analyze"}, words: []string{"only"}},
	{statement: []string{"copy"}, before: []string{"log_verbosity"}, words: []string{"default"}, put: "terse"},
	{statement: []string{"copy"}, before: []string{"format"}, words: []string{"json"}, put: "text"},
	{statement: []string{"alter"}, before: []string{"set", "statistics"}, words: []string{"default"}, put: "-1"},
	{statement: []string{"alter"}, before: []string{"set", "access", "method"}, words: []string{"default"}, put: "heap"},
	{statement: []string{"alter", "default", "privileges"}, before: []string{"on"}, words: []string{"large", "objects"}, put: "tables"},
	{statement: []string{"alter", "operator"}, words: []string{"merges"}, after: []string{","}, put: "a=none"},
	{statement: []string{"alter", "operator"}, words: []string{"merges"}, after: []string{")"}, put: "a=none"},
	{statement: []string{"alter", "operator"}, words: []string{"hashes"}, after: []string{","}, put: "a=none"},
	{statement: []string{"alter", "operator"}, words: []string{"hashes"}, after: []string{")"}, put: "a=none"},
	// What is set is computed again from other columns: nothing is lost.
	{statement: []string{"alter"}, before: []string{"set"}, words: []string{"expression", "as"}, after: []string{"("}, put: "default"},
}

// reword masks what is a word or two.
func (d *draft) reword() {
	for _, w := range rewordings {
		if !d.is(0, w.statement...) {
			continue
		}
		for i := range d.tokens {
			if d.is(i, w.words...) && d.is(i-len(w.before), w.before...) && d.is(i+len(w.words), w.after...) {
				d.put(i, i+len(w.words), w.put)
			}
		}
	}
}
