package config

import "strings"

// hint returns what may have been meant: the nearest of the names, or else all
// of them after the introduction, if there is one.
func hint(name string, names []string, introduction string) string {
	switch nearest := Nearest(name, names); {
	case nearest != "":
		return ": did you mean " + nearest + "?"
	case introduction != "":
		return ": " + introduction + " " + strings.Join(names, ", ")
	}
	return ""
}

// Nearest returns the one of the names that may have been meant, empty if none is near.
func Nearest(name string, names []string) string {
	nearest, least := "", len(name)/3+2
	for _, n := range names {
		if d := distance(name, n); d < least {
			nearest, least = n, d
		}
	}
	return nearest
}

// distance counts the letters to insert, delete or replace to turn a into b.
func distance(a, b string) int {
	if len(a) > 2*len(b)+8 {
		return len(a) // far from it, whatever it is
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
