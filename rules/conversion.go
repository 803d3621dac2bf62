package rules

import (
	"math"
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A loss says what a type conversion does to values without raising an error;
// why is empty when it keeps them or refuses those that do not fit.
type loss struct {
	why    string
	unsure bool // it cannot be told from the text
}

// conversion judges ALTER COLUMN … TYPE: from is nil when the column's type is
// not known. Facts from PostgreSQL's manual, chapters 8 and 10, and from running
// the conversions (the tests do).
func conversion(from *op.DataType, to op.DataType, using op.Value) loss {
	switch using.Kind {
	case op.NoValue, op.Same, op.Coalesced:
		return convert(from, to, false)
	case op.Cast:
		at, l := through(from, using.Casts)
		if l.why != "" {
			return l
		}
		return convert(at, to, false)
	case op.Wrapped:
		return loss{}
	case op.Zoned:
		if to.Name.Name == "timestamptz" {
			_, l := through(from, using.Casts)
			return l
		}
		return loss{why: "the time zone is dropped"}
	case op.Null, op.Constant:
		return loss{why: "USING does not look at the old value, so every one of them is lost"}
	case op.Branches:
		if from != nil && from.Name.Name == "bool" {
			return loss{}
		}
		return loss{why: "values that no branch of CASE names fall together", unsure: true}
	}
	return loss{why: "what USING makes of the old values may not tell them apart", unsure: true}
}

// through judges casts, innermost first, and returns the type that they end in.
func through(from *op.DataType, casts []op.DataType) (*op.DataType, loss) {
	for _, to := range casts {
		if l := convert(from, to, true); l.why != "" {
			return nil, l
		}
		from = after(from, to)
	}
	return from, loss{}
}

// after returns the type of a value that was cast, with the limits that the value
// still has from the type before.
func after(from *op.DataType, to op.DataType) *op.DataType {
	if from == nil || len(to.Mods) > 0 {
		return &to
	}
	switch f, t := familyOf(*from), familyOf(to); {
	case f == t:
		to.Mods = from.Mods
	case f == integers && t == exact:
		to.Mods = []int{1000, 0}
	case f == moneys && t == exact:
		to.Mods = []int{1000, 2}
	}
	return &to
}

// A family groups types whose conversions behave alike.
type family int

const (
	other family = iota
	integers
	exact  // numeric
	floats // real, double precision
	texts
	stamps // timestamp, timestamptz
	dates
	times
	intervals
	booleans
	bits
	networks
	documents // json, jsonb
	moneys
)

var families = map[string]family{
	"int2": integers, "int4": integers, "int8": integers, "numeric": exact, "float4": floats, "float8": floats,
	"text": texts, "varchar": texts, "bpchar": texts, "citext": texts, "name": texts,
	"timestamp": stamps, "timestamptz": stamps, "date": dates, "time": times, "timetz": times, "interval": intervals,
	"bool": booleans, "bit": bits, "varbit": bits, "inet": networks, "cidr": networks, "json": documents, "jsonb": documents, "money": moneys,
}

func familyOf(t op.DataType) family {
	if t.Name.Schema != "" {
		return other
	}
	return families[t.Name.Name]
}

// convert judges one cast; explicit ones cut where implicit ones raise an error.
func convert(from *op.DataType, to op.DataType, explicit bool) loss {
	if from == nil {
		return unknownSource(to, explicit)
	}
	if from.Array != to.Array {
		if !from.Array {
			return loss{}
		}
		if familyOf(to) == texts {
			return cut(*from, to, explicit)
		}
		return loss{why: "an array becomes a single value", unsure: true}
	}
	f, t := familyOf(*from), familyOf(to)
	switch {
	case f == t && within[f] != nil:
		return within[f](*from, to, explicit)
	case t == texts:
		return cut(*from, to, explicit)
	case between[pair{f, t}] != nil:
		return between[pair{f, t}](*from, to, explicit)
	}
	return loss{}
}

// A judge says what a cast from one type to another does.
type judge func(from, to op.DataType, explicit bool) loss

// always is the judge of conversions that lose whatever the limits are.
func always(why string) judge {
	return func(op.DataType, op.DataType, bool) loss { return loss{why: why} }
}

type pair struct{ from, to family }

// between judges conversions from one family to another. Those that are not
// listed keep the value, or raise an error where it does not fit.
var between = map[pair]judge{
	{integers, booleans}: always("every number but 0 becomes true"),
	{texts, exact}: func(_, to op.DataType, _ bool) loss {
		if len(to.Mods) == 0 {
			return loss{}
		}
		return loss{why: "digits after the point are rounded", unsure: true}
	},
	{exact, integers}: func(from, _ op.DataType, _ bool) loss {
		if scale(from) <= 0 {
			return loss{}
		}
		return loss{why: "digits after the point are rounded away"}
	},
	{floats, integers}: always("digits after the point are rounded away"),
	{exact, floats}: func(from, to op.DataType, _ bool) loss {
		digits := map[string]int{"float4": 6, "float8": 15}[to.Name.Name]
		if len(from.Mods) > 0 && from.Mods[0] <= digits {
			return loss{}
		}
		return loss{why: "digits are rounded"}
	},
	{floats, exact}: always("only 15 digits are kept, or as many as the scale has"),
	{integers, floats}: func(from, to op.DataType, _ bool) loss {
		if fits(from.Name.Name, to.Name.Name) {
			return loss{}
		}
		return loss{why: "large numbers are rounded"}
	},
	{exact, moneys}: func(from, _ op.DataType, _ bool) loss {
		if scale(from) <= 2 {
			return loss{}
		}
		return loss{why: "digits after the point are rounded to those of the currency"}
	},
	{floats, moneys}:   always("digits after the point are rounded to those of the currency"),
	{stamps, dates}:    always("the time of day is cut off"),
	{stamps, times}:    always("the date is cut off"),
	{intervals, times}: always("whole days are cut off"),
	{times, intervals}: moments,
	{texts, stamps}:    fractions,
	{texts, times}:     fractions,
	{texts, intervals}: fractions,
	{texts, moneys}: func(_, _ op.DataType, _ bool) loss {
		return loss{why: "digits after the point are rounded to those of the currency", unsure: true}
	},
	{integers, bits}: func(_, to op.DataType, _ bool) loss {
		if len(to.Mods) > 0 && to.Mods[0] < 64 {
			return loss{why: "high bits are cut off", unsure: true}
		}
		return loss{}
	},
}

// within judges conversions inside one family; families that are not listed keep
// the value.
var within = map[family]judge{
	exact: func(from, to op.DataType, _ bool) loss {
		if len(to.Mods) > 0 && (len(from.Mods) == 0 || scale(from) > scale(to)) {
			return loss{why: "digits after the point are rounded"}
		}
		return loss{}
	},
	floats: func(from, to op.DataType, _ bool) loss {
		if from.Name.Name == "float8" && to.Name.Name == "float4" {
			return loss{why: "digits are rounded to six or so"}
		}
		return loss{}
	},
	texts: func(from, to op.DataType, explicit bool) loss {
		if length(from) >= 0 && length(to) >= length(from) {
			return loss{}
		}
		return cut(from, to, explicit)
	},
	stamps:    moments,
	times:     moments,
	intervals: moments,
	bits: func(from, to op.DataType, explicit bool) loss {
		switch fixed := to.Name.Name == "bit"; {
		case !explicit || len(to.Mods) == 0:
		case fixed && (from.Name.Name != "bit" || !slices.Equal(from.Mods, to.Mods)):
			return loss{why: "bits are cut off, or zeros put behind them"}
		case !fixed && (len(from.Mods) == 0 || from.Mods[0] > to.Mods[0]):
			return loss{why: "bits are cut off"}
		}
		return loss{}
	},
	networks: func(from, to op.DataType, _ bool) loss {
		if from.Name.Name == "inet" && to.Name.Name == "cidr" {
			return loss{why: "the host part of addresses is cut off", unsure: true}
		}
		return loss{}
	},
}

// fractions judges conversions from text to a type of time.
func fractions(_, to op.DataType, _ bool) loss {
	if to.Fields || precision(to) < 6 {
		return loss{why: "fractions of a second, or what else the type leaves out, are cut off", unsure: true}
	}
	return loss{}
}

// moments judges conversions between types of time.
func moments(from, to op.DataType, _ bool) loss {
	switch {
	case from.Name.Name == "timestamptz" && to.Name.Name == "timestamp", from.Name.Name == "timetz" && to.Name.Name == "time":
		return loss{why: "the time zone is dropped"}
	case to.Fields && !from.Fields:
		return loss{why: "the fields of the interval that the type leaves out are cut off"}
	case to.Fields:
		return loss{why: "fields of the interval may be cut off", unsure: true}
	case precision(to) < precision(from):
		return loss{why: "fractions of a second are rounded"}
	}
	return loss{}
}

// fits reports whether the float type holds every integer of the type.
func fits(integer, float string) bool {
	return integer == "int2" || integer == "int4" && float == "float8"
}

// cut judges a conversion to a text type: an explicit cast cuts at the length,
// without one longer values are an error. The type name holds 63 bytes.
func cut(from, to op.DataType, explicit bool) loss {
	short := from.Name.Name == "uuid" || familyOf(from) != other && familyOf(from) != texts && familyOf(from) != documents && familyOf(from) != bits
	if to.Name.Name == "name" && (from.Array || !short) {
		return loss{why: "names longer than 63 bytes are cut off"}
	}
	if explicit && length(to) >= 0 && (from.Array || length(to) < width(from)) {
		return loss{why: "an explicit cast cuts longer values off"}
	}
	return loss{}
}

// widths are the most characters that values of a type have as text.
var widths = map[string]int{
	"bool": 5, "int2": 6, "int4": 11, "int8": 20, "oid": 10, "float4": 15, "float8": 24, "uuid": 36, "macaddr": 17,
	"date": 13, "time": 15, "timetz": 24, "timestamp": 29, "timestamptz": 38, "inet": 43, "cidr": 43,
}

// width returns the most characters that a value has as text; math.MaxInt without a
// limit.
func width(t op.DataType) int {
	if n := length(t); n >= 0 && familyOf(t) == texts {
		return n
	}
	if t.Name.Name == "numeric" && len(t.Mods) > 0 {
		return max(t.Mods[0], scale(t)) + 3 // sign, point, a zero before it
	}
	if n := widths[t.Name.Name]; n > 0 && t.Name.Schema == "" {
		return n
	}
	return math.MaxInt
}

// unknownSource judges a conversion from a type that is not known.
func unknownSource(to op.DataType, explicit bool) loss {
	switch familyOf(to) {
	case texts:
		return cut(op.DataType{}, to, explicit)
	case integers:
		if to.Name.Name != "int8" {
			return loss{why: "digits after the point are rounded away if it was numeric", unsure: true}
		}
	case exact:
		if len(to.Mods) > 0 {
			return loss{why: "digits after the point are rounded if it had more", unsure: true}
		}
	case floats:
		return loss{why: "digits are rounded if it had more", unsure: true}
	case dates, times:
		return loss{why: "part of a timestamp is cut off if it was one", unsure: true}
	case stamps:
		if to.Name.Name == "timestamp" || len(to.Mods) > 0 {
			return loss{why: "the time zone or fractions of a second are dropped if it had them", unsure: true}
		}
	case booleans:
		return loss{why: "every number but 0 becomes true if it was one", unsure: true}
	}
	return loss{}
}

func scale(t op.DataType) int {
	if len(t.Mods) > 1 {
		return t.Mods[1]
	}
	if len(t.Mods) == 1 {
		return 0
	}
	return 16383 // numeric without a precision keeps any number of digits
}

// length is the declared length of a text type, -1 without one.
func length(t op.DataType) int {
	switch {
	case len(t.Mods) > 0:
		return t.Mods[0]
	case t.Name.Name == "bpchar":
		return 1
	}
	return -1
}

func precision(t op.DataType) int {
	if len(t.Mods) > 0 {
		return t.Mods[0]
	}
	return 6
}
