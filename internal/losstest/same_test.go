package losstest

import "testing"

func TestSame(t *testing.T) {
	for _, tt := range []struct {
		name, from, before, to, after string
		want                          bool
	}{
		{"equal text", "text", "a", "varchar", "a", true},
		{"cut text", "text", "abc", "varchar", "ab", false},
		{"lower case", "text", "A", "text", "a", false},
		{"wider int", "int4", "5", "int8", "5", true},
		{"more digits", "numeric", "1.50", "numeric", "1.5000", true},
		{"rounded", "numeric", "1.55", "numeric", "1.6", false},
		{"number as text", "numeric", "1.50", "text", "1.5", true},
		{"leading zeros", "text", "007", "int4", "7", false},
		{"digits as number", "text", "7", "int4", "7", true},
		{"real to double", "float4", "0.1", "float8", "0.10000000149011612", true},
		{"real to another double", "float4", "0.1", "float8", "0.100001", false},
		{"money", "money", "$1,234.50", "numeric", "1234.50", true},
		{"midnight", "date", "2024-01-02", "timestamp", "2024-01-02 00:00:00", true},
		{"time of day", "timestamp", "2024-01-02 03:04:05", "date", "2024-01-02", false},
		{"zone", "timestamptz", "2024-01-02 03:04:05.5+00", "timestamp", "2024-01-02 03:04:05.5", true},
		{"shifted", "timestamptz", "2024-01-02 03:04:05+00", "timestamp", "2024-01-02 04:04:05", false},
		{"spaces", "json", `{"a":  1, "b": 2}`, "jsonb", `{"b": 2, "a": 1}`, true},
		{"long number", "json", "9007199254740993", "jsonb", "9007199254740992", false},
		{"truth", "bool", "true", "int4", "1", true},
		{"any number", "int4", "7", "bool", "true", false},
		{"address", "text", "10.0.0.1", "inet", "10.0.0.1/32", true},
		{"host bits", "inet", "10.0.0.1/24", "cidr", "10.0.0.0/24", false},
		{"seconds", "int8", "1700000001", "timestamptz", "2023-11-14 22:13:21+00", true},
		{"other seconds", "int8", "1700000001", "timestamptz", "2023-11-14 22:13:22+00", false},
		{"upper case identifier", "text", "AB", "uuid", "ab", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// A type's own number only tells whether the type has changed.
			from, to := &dataType{oid: 1, name: tt.from}, &dataType{oid: 2, name: tt.to}
			if tt.from == tt.to {
				to.oid = 1
			}
			if got := same(value{&tt.before, from}, value{&tt.after, to}); got != tt.want {
				t.Errorf("%s %q and %s %q: got same %v, want %v", tt.from, tt.before, tt.to, tt.after, got, tt.want)
			}
		})
	}
}

func TestSameNull(t *testing.T) {
	text := "x"
	typ := &dataType{oid: 1, name: "text"}
	if !same(value{nil, typ}, value{&text, typ}) {
		t.Error("got NULL overwritten as a difference, want it to be none")
	}
	if same(value{&text, typ}, value{nil, typ}) {
		t.Error("got a value set to NULL as the same, want a difference")
	}
}

func TestSameRenamedLabel(t *testing.T) {
	before := &dataType{oid: 1, labels: map[string]uint32{"closed": 7, "open": 8}}
	after := &dataType{oid: 1, labels: map[string]uint32{"done": 7, "open": 8}}
	closed, done, open := "closed", "done", "open"
	if !same(value{&closed, before}, value{&done, after}) {
		t.Error("got a renamed label as a difference, want it to be none")
	}
	if same(value{&closed, before}, value{&open, after}) {
		t.Error("got another label as the same, want a difference")
	}
}

func TestSameArray(t *testing.T) {
	scalar, array := &dataType{oid: 1, name: "text"}, &dataType{oid: 2, name: "_text", array: true}
	plain, one, quoted, inArray := "a", "{a}", `a "b"`, `{"a \"b\""}`
	if !same(value{&plain, scalar}, value{&one, array}) || !same(value{&quoted, scalar}, value{&inArray, array}) {
		t.Error("got a value that became the only element as a difference, want it to be none")
	}
	list, split, cut, loose := "a, b,c", `{a," b",c}`, `{a,c}`, `{a,"b,c"}`
	if !same(value{&list, scalar}, value{&split, array}) {
		t.Error("got a list that became its elements as a difference, want it to be none")
	}
	if same(value{&list, scalar}, value{&cut, array}) || same(value{&list, scalar}, value{&loose, array}) {
		t.Error("got other elements as the same list, want a difference")
	}
}

func TestSameArrays(t *testing.T) {
	texts, times := &dataType{oid: 10, name: "text"}, &dataType{oid: 11, name: "timestamp"}
	zoned, cut := &dataType{oid: 12, name: "timestamptz"}, &dataType{oid: 13, name: "varchar"}
	array := func(of *dataType) *dataType { return &dataType{oid: of.oid + 100, array: true, of: of} }
	for _, tt := range []struct {
		name     string
		from, to *dataType
		b, a     string
		want     bool
	}{
		{"zones", times, zoned, `{"2024-01-02 03:04:05",NULL}`, `{"2024-01-02 03:04:05+00",NULL}`, true},
		{"shifted", times, zoned, `{"2024-01-02 03:04:05"}`, `{"2024-01-02 04:04:05+00"}`, false},
		{"shorter", texts, cut, `{a,b}`, `{a}`, false},
		{"cut", texts, cut, `{"a \"b\"",c}`, `{"a \"b",c}`, false},
		{"empty", texts, cut, `{}`, `{}`, true},
		{"nested", times, zoned, `{{"2024-01-02 03:04:05"}}`, `{{"2024-01-02 03:04:05+00"}}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := same(value{&tt.b, array(tt.from)}, value{&tt.a, array(tt.to)}); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
