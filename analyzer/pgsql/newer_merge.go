package pgsql

// merges masks MERGE of version 17: WHEN NOT MATCHED BY SOURCE becomes WHEN
// MATCHED (reader.takesRest tells them apart), and what RETURNING lists is read
// aside.
func (d *draft) merges() {
	merging := []bool{false} // for each open parenthesis: a MERGE stands in it
	for i := range d.tokens {
		top := len(merging) - 1
		switch d.word(i) {
		case "(":
			merging = append(merging, false)
		case ")":
			if top > 0 {
				merging = merging[:top]
			}
		case ";":
			merging[top] = false
		case "merge":
			merging[top] = merging[top] || d.is(i+1, "into")
		case "when":
			if merging[top] {
				d.mergeBranch(i)
			}
		case "returning":
			if merging[top] {
				merging[top] = false
				d.mergeReturning(i)
			}
		}
	}
}

func (d *draft) mergeBranch(i int) {
	switch {
	case d.is(i, "when", "not", "matched", "by", "source"):
		d.blank(i+1, i+2)
		d.blank(i+3, i+5)
	case d.is(i, "when", "not", "matched", "by", "target"):
		d.blank(i+3, i+5)
	}
}

// mergeReturning takes RETURNING and its list out of the text, to be read as the
// list of a SELECT.
func (d *draft) mergeReturning(i int) {
	end := i + 1
	for end < len(d.tokens) && !d.is(end, ")") && !d.is(end, ";") {
		if d.close[end] > 0 {
			end = d.close[end]
		}
		end++
	}
	if end == i+1 {
		return // nothing is listed: PostgreSQL refuses it too
	}
	span := d.span(i, end)
	d.put(i, i+1, "SELECT")
	d.asides = append(d.asides, aside{span: span, text: string(d.bytes(span))})
	d.blank(i, end)
}

// returningWith masks RETURNING WITH (OLD AS a, NEW AS b), which only names what
// the list after it reads.
func (d *draft) returningWith() {
	for i := range d.tokens {
		if !d.is(i, "returning", "with", "(") || d.close[i+2] < 0 {
			continue
		}
		end := d.close[i+2]
		ok := true
		for k := i + 3; k < end; k += 4 {
			named := (d.is(k, "old", "as") || d.is(k, "new", "as")) && d.isName(k+2)
			ok = ok && named && (k+3 == end || d.is(k+3, ","))
		}
		if ok {
			d.blank(i+1, end+1)
		}
	}
}

// takesRest reports whether the MERGE into the table at a location has a branch
// WHEN NOT MATCHED BY SOURCE, for the rows of the table that the join leaves over,
// and changes them.
func (r *reader) takesRest(location int32) bool {
	depth, rest := 0, false
	for i := r.at(location); i < len(r.tokens) && depth >= 0; i++ {
		switch t := r.tokens[i]; {
		case t.is(r.data, "("):
			depth++
		case t.is(r.data, ")"):
			depth--
		case depth > 0:
		case t.is(r.data, ";"):
			return false
		case t.is(r.data, "source") && i >= 2 && r.tokens[i-1].is(r.data, "by") && r.tokens[i-2].is(r.data, "matched"):
			rest = true
		case t.is(r.data, "then") && rest:
			if i+1 < len(r.tokens) && !r.tokens[i+1].is(r.data, "do") { // DO NOTHING
				return true
			}
			rest = false
		}
	}
	return false
}
