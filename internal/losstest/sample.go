package losstest

import (
	"context"
	"fmt"
	"strings"
)

// samples makes the nth value of a type: no two alike, none of them trivial, so
// that cutting, rounding or changing their case shows.
var samples = map[string]func(n int) string{
	"int2":        func(n int) string { return fmt.Sprint(1201 + 7*n) },
	"int4":        func(n int) string { return fmt.Sprint(16777217 + 1000*n) },         // not a float4
	"int8":        func(n int) string { return fmt.Sprint(9007199254740993 + 1000*n) }, // not a float8
	"oid":         func(n int) string { return fmt.Sprint(90001 + n) },
	"numeric":     func(n int) string { return fmt.Sprintf("%d4567.89012345678901234567", n+1) },
	"float4":      func(n int) string { return fmt.Sprintf("%d.1234567", n) },
	"float8":      func(n int) string { return fmt.Sprintf("%d.1234567890123456", n) },
	"money":       func(n int) string { return fmt.Sprintf("12%d.99", n) },
	"date":        func(n int) string { return fmt.Sprintf("2024-02-2%d", n%10) },
	"time":        func(n int) string { return fmt.Sprintf("13:45:1%d.123456", n%10) },
	"timetz":      func(n int) string { return fmt.Sprintf("13:45:1%d.123456+02", n%10) },
	"timestamp":   func(n int) string { return fmt.Sprintf("2024-02-2%d 13:45:10.123456", n%10) },
	"timestamptz": func(n int) string { return fmt.Sprintf("2024-02-2%d 23:45:10.123456-05", n%10) },
	"interval":    func(n int) string { return fmt.Sprintf("1 year %d months 3 days 04:05:06.789012", n%11) },
	"uuid":        func(n int) string { return fmt.Sprintf("0190a5b2-7c3d-7e4f-8a1b-%012x", 0xabc0+n) },
	"json":        func(n int) string { return fmt.Sprintf(`{"n": %d,  "tags": ["a", "B"], "price": 1.50}`, n) },
	"jsonb":       func(n int) string { return fmt.Sprintf(`{"n": %d, "tags": ["a", "B"], "price": 1.50}`, n) },
	"bytea":       func(n int) string { return fmt.Sprintf(`\xdeadbeef%02x`, n) },
	"inet":        func(n int) string { return fmt.Sprintf("10.0.%d.7/24", n) },
	"cidr":        func(n int) string { return fmt.Sprintf("10.%d.0.0/16", n) },
	"macaddr":     func(n int) string { return fmt.Sprintf("08:00:2b:01:02:%02x", n) },
	"point":       func(n int) string { return fmt.Sprintf("(%d.5,2.25)", n) },
	"xml":         func(n int) string { return fmt.Sprintf("<row><n>%d</n></row>", n) },
	"tsvector":    func(n int) string { return fmt.Sprintf("'word%d':1 'fox':2", n) },
	"hstore":      func(n int) string { return fmt.Sprintf(`"color"=>"Red", "size"=>"%d"`, n) },
	"int4range":   func(n int) string { return fmt.Sprintf("[%d,%d)", 10*n, 10*n+7) },
	"daterange":   func(n int) string { return fmt.Sprintf("[2024-0%d-01,2024-0%d-15)", n%9+1, n%9+1) },
	"tstzrange":   func(n int) string { return fmt.Sprintf("[2024-0%d-01 10:00+00,2024-0%d-02 11:30+00)", n%9+1, n%9+1) },
	"ltree":       func(n int) string { return fmt.Sprintf("Top.Science.N%d", n) },
}

// sample returns an expression for the nth value of the type.
func (s *seeder) sample(ctx context.Context, t *dataType, modifier, n int) (string, error) {
	switch {
	case t.array:
		return s.sampleArray(ctx, t, modifier, n)
	case t.kind == "c":
		return s.sampleComposite(ctx, t, n)
	case t.labels != nil:
		return quote(t.ordered[n%len(t.ordered)]), nil
	}
	switch t.name {
	case "bool":
		return fmt.Sprint(n%2 == 0), nil
	case "text", "varchar", "bpchar", "citext", "name", "char":
		return quote(sampleText(modifier-4, n)), nil
	case "bit", "varbit":
		return quote(fmt.Sprintf("%0*b", max(modifier, 4), n+1)), nil
	case "numeric":
		return sampleNumeric(modifier, n), nil
	}
	one, ok := samples[t.name]
	if !ok {
		return "", fmt.Errorf("no values of type %s can be made: give the case a seed.sql", t.full)
	}
	return quote(one(n)), nil
}

// sampleText returns mixed case with spaces and more than ASCII, cut to the limit
// in characters if there is one.
func sampleText(limit, n int) string {
	text := []rune(fmt.Sprintf("%c%d Straße des 17. Juni, Haus %d", 'A'+n%26, n, n))
	if limit > 0 && limit < len(text) {
		text = text[:limit]
	}
	return strings.TrimRight(string(text), " ")
}

// sampleNumeric fills the type's digits, if it limits them, on both sides of the point.
func sampleNumeric(modifier, n int) string {
	if modifier < 4 {
		return samples["numeric"](n)
	}
	precision, scale := (modifier-4)>>16, (modifier-4)&0x7ff
	if precision <= scale {
		return "0." + strings.Repeat("0", scale-precision) + strings.Repeat(fmt.Sprint(n%8+1), precision)
	}
	whole := fmt.Sprint(n%8+1) + strings.Repeat("3", min(precision-scale-1, 4))
	if scale == 0 {
		return whole
	}
	return whole + "." + strings.Repeat("7", scale)
}

// sampleArray returns an array of two different elements.
func (s *seeder) sampleArray(ctx context.Context, t *dataType, modifier, n int) (string, error) {
	element := s.catalog.types[t.element]
	first, err := s.sample(ctx, element, modifier, n)
	if err != nil {
		return "", err
	}
	second, err := s.sample(ctx, element, modifier, n+1)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("ARRAY[%s, %s]::%s", first, second, t.full), nil
}

// sampleComposite returns a value with all attributes set.
func (s *seeder) sampleComposite(ctx context.Context, t *dataType, n int) (string, error) {
	parts, err := attributes(ctx, s.conn, s.catalog, t)
	if err != nil {
		return "", err
	}
	list := make([]string, len(parts))
	for i, part := range parts {
		if list[i], err = s.sample(ctx, part.typ, part.modifier, n); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("ROW(%s)::%s", strings.Join(list, ", "), t.full), nil
}
