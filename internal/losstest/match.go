package losstest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// match pairs rows before with rows after the change: those with the same primary
// key first, then those that agree in the most values. Rows that agree in
// nothing are not the same row.
func match(t *stored, was, is []row) []pair {
	pairs, was, is := matchEqual(t, was, is)
	more, was, is := matchKeys(t, was, is)
	pairs = append(pairs, more...)
	type candidate struct{ was, is, score int }
	var candidates []candidate
	for i := range was {
		for j := range is {
			if n := likeness(t, was[i], is[j]); n > 0 {
				candidates = append(candidates, candidate{i, j, n})
			}
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	usedWas, usedIs := map[int]bool{}, map[int]bool{}
	for _, one := range candidates {
		if usedWas[one.was] || usedIs[one.is] {
			continue
		}
		usedWas[one.was], usedIs[one.is] = true, true
		pairs = append(pairs, pair{was[one.was], is[one.is]})
	}
	return pairs
}

// likeness counts the values that two rows agree in; an equal primary key
// outweighs them all. That both have NULL counts only for rows that do not differ
// in any column that is still there.
func likeness(t *stored, was, is row) int {
	n, nulls, gone, keys, equal := 0, 0, 0, 0, 0
	for _, f := range t.fields {
		v, ok := is[f.field]
		agree := ok && was[f.field].text != nil && same(was[f.field], v)
		switch {
		case !ok:
			gone++
		case agree:
			n++
		case was[f.field].text == nil && v.text == nil:
			nulls++
		}
		if f.key {
			keys++
			if agree {
				equal++
			}
		}
	}
	if keys > 0 && equal == keys {
		n += len(t.fields)
	}
	if n+nulls+gone == len(t.fields) {
		n++
	}
	return n
}

// matchEqual pairs the rows that the change left as they are, and returns those
// that are left over. Without it large tables would be compared row by row with
// all their rows.
func matchEqual(t *stored, was, is []row) (pairs []pair, leftWas, leftIs []row) {
	return matchBy(func(r row) (string, bool) { return spell(t, r, is, false) }, was, is)
}

// matchKeys pairs the rows with the same primary key.
func matchKeys(t *stored, was, is []row) (pairs []pair, leftWas, leftIs []row) {
	if !slices.ContainsFunc(t.fields, func(f namedField) bool { return f.key }) {
		return nil, was, is
	}
	return matchBy(func(r row) (string, bool) { return spell(t, r, is, true) }, was, is)
}

// matchBy pairs rows that are spelled alike. Rows without a spelling are left over.
func matchBy(spelling func(row) (string, bool), was, is []row) (pairs []pair, leftWas, leftIs []row) {
	byText := map[string][]int{}
	for i, r := range is {
		if text, ok := spelling(r); ok {
			byText[text] = append(byText[text], i)
		}
	}
	used := map[int]bool{}
	for _, r := range was {
		text, ok := spelling(r)
		if found := byText[text]; ok && len(found) > 0 {
			pairs = append(pairs, pair{r, is[found[0]]})
			used[found[0]] = true
			byText[text] = found[1:]
			continue
		}
		leftWas = append(leftWas, r)
	}
	for i, r := range is {
		if !used[i] {
			leftIs = append(leftIs, r)
		}
	}
	return pairs, leftWas, leftIs
}

// spell writes down the values of a row that are still there after the change, or
// those of its key. A row that has none of them has no spelling, and a key has one
// only if the change keeps all of it.
func spell(t *stored, r row, after []row, key bool) (text string, ok bool) {
	if len(after) == 0 {
		return "", false
	}
	var b strings.Builder
	for _, f := range t.fields {
		if key && !f.key {
			continue
		}
		if _, kept := after[0][f.field]; !kept {
			if key {
				return "", false
			}
			continue
		}
		ok = true
		v := r[f.field]
		if v.text == nil {
			b.WriteString("-;")
			continue
		}
		b.WriteString(strconv.Itoa(len(*v.text)) + ":" + *v.text)
	}
	return b.String(), ok
}
