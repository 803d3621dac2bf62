package migration

import (
	"cmp"
	"path"
	"strings"
)

// Compare orders migrations: by set, then as a tool runs them: what a plan
// places first of all (see Arrange), in its order. Numbers count
// part by part as numbers (10 after 9, 1.10 after 1.9, 1 as 1.0); what has no
// number comes after what has one, repeatable migrations after all others; the
// rest goes by name and path, whose digits count as numbers too. It returns 0
// only for the same path.
func Compare(a, b *Migration) int {
	return cmp.Or(
		natural(a.Set, b.Set),
		strings.Compare(a.Set, b.Set),
		compareVersions(a.Version, b.Version),
		natural(a.File.Path, b.File.Path),
		strings.Compare(a.File.Path, b.File.Path),
	)
}

func compareVersions(a, b Version) int {
	return cmp.Or(
		falseFirst(!a.Planned, !b.Planned),
		cmp.Compare(a.Place, b.Place),
		falseFirst(a.Repeatable, b.Repeatable),
		falseFirst(len(a.Numbers) == 0, len(b.Numbers) == 0),
		CompareNumbers(a.Numbers, b.Numbers),
		strings.Compare(a.Literal, b.Literal),
		natural(a.Name, b.Name),
	)
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// CompareNumbers compares versions part by part; a part that is not there counts as
// 0.
func CompareNumbers(a, b []string) int {
	for i := range max(len(a), len(b)) {
		if c := compareDigits(partOrZero(a, i), partOrZero(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

func partOrZero(numbers []string, i int) string {
	if i < len(numbers) {
		return numbers[i]
	}
	return "0"
}

// compareDigits compares decimal numbers of any length.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// natural compares text byte by byte, and runs of digits as numbers.
func natural(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m > 0 && n > 0 {
			if c := compareDigits(a[:m], b[:n]); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits returns the number of digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// number returns digits without their leading zeros, "0" for zero.
func number(digits string) string {
	if n := strings.TrimLeft(digits, "0"); n != "" {
		return n
	}
	return "0"
}

// leadingVersion takes the numbers that a file's name begins with, joined by
// dots, dashes or underscores, for its version: 0012_name.sql, 2024-05-01.sql,
// 1.10.sql. A number that letters follow at once is part of the name.
func leadingVersion(base string) Version {
	var v Version
	rest := strings.TrimSuffix(base, path.Ext(base))
	for {
		n := digits(rest)
		if n == 0 || n < len(rest) && !strings.ContainsRune("._-", rune(rest[n])) {
			break
		}
		v.Numbers = append(v.Numbers, number(rest[:n]))
		rest = rest[min(n+1, len(rest)):]
	}
	v.Name = rest
	return v
}
