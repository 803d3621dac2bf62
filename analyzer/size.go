package analyzer

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// Sizes are how large the tables of a database were at some time. A table that is
// not among them is not known, which is not the same as empty.
type Sizes struct {
	CollectedAt time.Time
	Now         time.Time // of the review: old sizes are said to be old
	Tables      map[op.Name]TableSize
}

// A TableSize is the size of a table, with all its partitions and all tables that
// inherit from it.
type TableSize struct {
	Rows       *int64 // an estimate; nil: never counted
	Bytes      int64
	AnalyzedAt *time.Time // when the rows were last counted; nil: not known
	PartOf     []op.Name  // the tables whose size this one is counted in
}

// A Size is what a report says of a table's size.
type Size struct {
	Rows        *int64     `json:"rows"` // an estimate; nil: never counted
	Bytes       int64      `json:"bytes"`
	CollectedAt time.Time  `json:"collected_at"`
	AnalyzedAt  *time.Time `json:"analyzed_at"`
	Stale       bool       `json:"stale"`
	Table       op.Name    `json:"-"` // as it was called before the change
	PartOf      []op.Name  `json:"-"`
}

// staleAfter is the age from which sizes are said to be old.
const staleAfter = 30 * 24 * time.Hour

// of returns the size of a table, by its name before the change.
func (s *Sizes) of(name op.Name) *Size {
	if s == nil || name.IsZero() || name.Open() {
		return nil
	}
	t, ok := s.Tables[name]
	if !ok {
		return nil
	}
	size := &Size{
		Rows: t.Rows, Bytes: t.Bytes, CollectedAt: s.CollectedAt, AnalyzedAt: t.AnalyzedAt, Table: name, PartOf: t.PartOf,
	}
	size.Stale = s.old() || size.countedLongBefore()
	return size
}

func (s *Sizes) old() bool { return s.Now.Sub(s.CollectedAt) > staleAfter }

// countedLongBefore reports whether the rows were counted long before the sizes
// were collected.
func (s *Size) countedLongBefore() bool {
	return s.AnalyzedAt != nil && s.CollectedAt.Sub(*s.AnalyzedAt) > staleAfter
}

// measure notes the sizes of the tables that a judgement is about.
func (s *Sizes) measure(c *catalog.Catalog, j *Judgement) {
	if s == nil {
		return
	}
	if j.Object.Kind == op.Table || j.Object.Kind == op.Column {
		j.size = s.of(c.Before(op.Name{Schema: j.Object.Schema, Name: j.Object.Name}))
	}
	for i := range j.Reach {
		j.Reach[i].Size = s.of(j.Reach[i].Table)
	}
}

// gates is the score from which a finding stands for data that is lost for good.
// What is below it is so by what it does, whatever it does that to.
const gates = 60

// weigh says in a finding how large the tables are that it hits, and adds points
// for that. It takes none away: a small table's rows are lost just as well.
func (s *Sizes) weigh(f *Finding) {
	if s == nil {
		return
	}
	whole := total(f)
	if whole.tables == 0 {
		return
	}
	f.Message = strings.TrimSuffix(f.Message, ".") + ". " + s.sentence(f, whole)
	points := whole.points()
	if f.Category != DataLoss || f.Score < gates || points == 0 {
		return
	}
	f.Reasons = append(f.Reasons, Reason{Points: points, Text: "the size of what it hits: " + whole.String()})
	f.Score = score(f.Reasons)
	f.Severity = SeverityOf(f.Score)
}

// An amount is how large some tables are together.
type amount struct {
	tables    int
	rows      int64
	bytes     int64
	counted   int // tables whose rows are known
	uncounted int
}

// total adds up the table that a finding hits and those in its reach.
func total(f *Finding) amount {
	sizes := []*Size{f.Size}
	for i := range f.Reach {
		sizes = append(sizes, f.Reach[i].Size)
	}
	sizes = slices.DeleteFunc(sizes, func(s *Size) bool { return s == nil })
	known := map[op.Name]bool{}
	for _, s := range sizes {
		known[s.Table] = true
	}
	var sum amount
	added := map[op.Name]bool{}
	for _, s := range sizes {
		if !added[s.Table] {
			added[s.Table] = true
			within := slices.ContainsFunc(s.PartOf, func(n op.Name) bool { return known[n] && n != s.Table })
			sum.add(s, within)
		}
	}
	return sum
}

// add adds a table; the rows of one that is within another are there already.
func (a *amount) add(s *Size, within bool) {
	a.tables++
	switch {
	case within:
		return
	case s.Rows == nil:
		a.uncounted++
	default:
		a.counted++
		a.rows = plus(a.rows, *s.Rows)
	}
	a.bytes = plus(a.bytes, s.Bytes)
}

// plus adds what is not negative, up to the largest number.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// levels are what counts as large, from the largest on.
var levels = []struct {
	rows, bytes int64
	points      int
}{
	{100_000_000, 100 << 30, 6},
	{1_000_000, 1 << 30, 4},
	{100_000, 100 << 20, 2},
}

func (a amount) points() int {
	for _, l := range levels {
		if a.rows >= l.rows || a.bytes >= l.bytes {
			return l.points
		}
	}
	return 0
}

// String returns the amount as messages have it: "about 1.2 million rows, 3.4 GB".
func (a amount) String() string {
	size := Bytes(a.bytes)
	switch {
	case a.counted == 0:
		return size
	case a.uncounted > 0:
		return "at least " + Rows(a.rows) + ", " + size
	case a.rows == 0:
		return Rows(0) + ", " + size
	}
	return "about " + Rows(a.rows) + ", " + size
}

// sentence says how large what a finding hits is.
func (s *Sizes) sentence(f *Finding, whole amount) string {
	others, known := reachedTables(f)
	var b strings.Builder
	if f.Size == nil {
		switch {
		case others == 1:
			b.WriteString("The table in reach has ")
		case known == others:
			fmt.Fprintf(&b, "The %d tables in reach have ", others)
		default:
			fmt.Fprintf(&b, "%d of the %d tables in reach have ", known, others)
		}
		b.WriteString(whole.String() + s.since(nil, whole) + ".")
		return b.String()
	}
	var own amount
	own.add(f.Size, false)
	b.WriteString("The table has " + own.String())
	if f.Size.Rows == nil {
		b.WriteString(", and its rows were never counted")
	}
	switch {
	case known == 0:
	case known < others:
		fmt.Fprintf(&b, "; with %d of the %d other tables in reach %s", known, others, whole)
	case others == 1:
		fmt.Fprintf(&b, "; with the other table in reach %s", whole)
	default:
		fmt.Fprintf(&b, "; with the %d other tables in reach %s", others, whole)
	}
	b.WriteString(s.since(f.Size, own) + ".")
	return b.String()
}

// reachedTables counts the other tables in reach, and those of them whose size is
// known.
func reachedTables(f *Finding) (all, known int) {
	seen := map[string]bool{}
	for _, r := range f.Reach {
		name := r.Table
		if r.Size != nil {
			name = r.Size.Table
		}
		key := name.Schema + "\x00" + name.Name
		if name.IsZero() {
			key = r.Name
		}
		if seen[key] || f.Size != nil && f.Size.Table == name {
			continue
		}
		seen[key] = true
		all++
		if r.Size != nil {
			known++
		}
	}
	return all, known
}

// since says from when a size is, where that matters: it is old, or it is nothing.
func (s *Sizes) since(size *Size, a amount) string {
	switch {
	case size != nil && size.countedLongBefore():
		return fmt.Sprintf(" (rows counted on %s, %s)", day(*size.AnalyzedAt), s.age(*size.AnalyzedAt, "ago"))
	case s.old():
		return fmt.Sprintf(" (statistics of %s, %s)", day(s.CollectedAt), s.age(s.CollectedAt, "old"))
	case a.counted > 0 && a.rows == 0:
		return fmt.Sprintf(" (statistics of %s)", day(s.CollectedAt))
	}
	return ""
}

func (s *Sizes) age(t time.Time, word string) string {
	return fmt.Sprintf("%d days %s", int(s.Now.Sub(t)/(24*time.Hour)), word)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Rows returns a number of rows as messages have it. It is an estimate, so that
// two digits of it are enough: "740 rows", "12,000 rows", "1.2 million rows".
func Rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	if n < 1000 {
		return fmt.Sprintf("%d rows", n)
	}
	unit := math.Pow10(int(math.Log10(float64(n))) - 1)
	about := math.Round(float64(n)/unit) * unit
	for _, large := range []struct {
		from float64
		word string
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}} {
		if about >= large.from {
			return short(about/large.from) + " " + large.word + " rows"
		}
	}
	n = int64(about)
	return fmt.Sprintf("%d,%03d rows", n/1000, n%1000)
}

// Bytes returns a size with the units of PostgreSQL's pg_size_pretty, which are
// powers of 1024: "640 bytes", "8 kB", "3.4 GB".
func Bytes(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d bytes", n)
	}
	size := float64(n)
	units := []string{"kB", "MB", "GB", "TB", "PB"}
	for i, unit := range units {
		size /= 1024
		if size < 1023.5 || i == len(units)-1 {
			return short(size) + " " + unit
		}
	}
	return ""
}

// short writes a number with one digit after the point if it is below 10, and
// with none if that digit is 0.
func short(f float64) string {
	if f < 9.95 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
	}
	return fmt.Sprintf("%.0f", f)
}
