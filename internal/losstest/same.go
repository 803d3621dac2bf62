package losstest

import (
	"encoding/json"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// same reports whether after still says all that before said. Converting a
// value to another type is no loss as long as the value is the same one.
func same(before, after value) bool {
	if before.text == nil {
		return true
	}
	if after.text == nil {
		return false
	}
	b, a := *before.text, *after.text
	if before.typ.oid == after.typ.oid {
		return identical(b, a, before.typ, after.typ)
	}
	if a == b {
		return true
	}
	if after.typ.array && !before.typ.array {
		return a == "{"+b+"}" || a == `{"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(b)+`"}` || joined(a) == b
	}
	if before.typ.array && after.typ.array {
		return sameArray(before, after)
	}
	for _, equal := range []func(b, a string, from, to *dataType) bool{
		sameNumber, sameTime, sameJSON, sameTruth, sameSpelling,
	} {
		if equal(b, a, before.typ, after.typ) {
			return true
		}
	}
	return false
}

// joined returns an array's elements in a list with commas, as string_to_array takes
// it, and "" where that does not give them back.
func joined(array string) string {
	all, _ := elements(array)
	texts := make([]string, len(all))
	for i, one := range all {
		if one == nil || strings.Contains(*one, ",") {
			return ""
		}
		texts[i] = *one
	}
	return strings.Join(texts, ",")
}

// sameArray compares arrays of one dimension element by element.
func sameArray(before, after value) bool {
	b, okB := elements(*before.text)
	a, okA := elements(*after.text)
	from, to := before.typ.of, after.typ.of
	if !okB || !okA || len(b) != len(a) || from == nil || to == nil {
		return false
	}
	for i := range b {
		if !same(value{b[i], from}, value{a[i], to}) {
			return false
		}
	}
	return true
}

// elements takes an array's text apart; nil is NULL. It does not know arrays of arrays.
func elements(text string) (all []*string, ok bool) {
	inside, ok := strings.CutPrefix(text, "{")
	inside, end := strings.CutSuffix(inside, "}")
	if !ok || !end || strings.HasPrefix(inside, "{") {
		return nil, false
	}
	for inside != "" {
		var one strings.Builder
		quoted := inside[0] == '"'
		i := 0
		if quoted {
			i = 1
		}
		for ; i < len(inside) && (quoted && inside[i] != '"' || !quoted && inside[i] != ','); i++ {
			if inside[i] == '\\' && i+1 < len(inside) {
				i++
			}
			one.WriteByte(inside[i])
		}
		if quoted {
			i++
		}
		element := one.String()
		if all = append(all, &element); !quoted && element == "NULL" {
			all[len(all)-1] = nil
		}
		inside = strings.TrimPrefix(inside[min(i, len(inside)):], ",")
	}
	return all, true
}

// identical compares two values of one type. A label of an enum that was renamed
// is the same value, and json is compared without its spaces.
func identical(b, a string, from, to *dataType) bool {
	if from.labels != nil {
		return from.labels[b] == to.labels[a]
	}
	return a == b || sameNumber(b, a, from, to) || sameJSON(b, a, from, to)
}

var (
	numbers = []string{"int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid"}
	strs    = []string{"text", "varchar", "bpchar", "citext", "name"}
	times   = []string{"date", "timestamp", "timestamptz"}
)

// sameNumber compares numbers by value, also when they became text. A text that
// became a number is not compared so: leading zeros would be gone.
func sameNumber(b, a string, from, to *dataType) bool {
	if !slices.Contains(numbers, from.name) || !slices.Contains(append(numbers, strs...), to.name) {
		return false
	}
	plain := strings.NewReplacer("$", "", ",", "")
	b, a = plain.Replace(b), plain.Replace(a)
	if from.name == "float4" {
		// The text is the shortest that gives the float back, not its value.
		x, errX := strconv.ParseFloat(b, 32)
		y, errY := strconv.ParseFloat(a, 32)
		return errX == nil && errY == nil && float32(x) == float32(y)
	}
	x, okX := new(big.Rat).SetString(b)
	y, okY := new(big.Rat).SetString(a)
	return okX && okY && x.Cmp(y) == 0
}

// sameTime compares points in time, also those that were counted in seconds; the
// server runs in UTC.
func sameTime(b, a string, from, to *dataType) bool {
	if seconds, err := strconv.ParseInt(b, 10, 64); err == nil && slices.Contains(numbers, from.name) && slices.Contains(times, to.name) {
		t, ok := parseTime(a)
		return ok && t.Equal(time.Unix(seconds, 0))
	}
	if !slices.Contains(append(times, strs...), from.name) || !slices.Contains(times, to.name) {
		return false
	}
	x, okX := parseTime(b)
	y, okY := parseTime(a)
	return okX && okY && x.Equal(y)
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{
		"2006-01-02", "2006-01-02 15:04:05", "2006-01-02 15:04:05-07", "2006-01-02 15:04:05-07:00", time.RFC3339,
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// sameJSON compares documents without their spaces and the order of their keys.
func sameJSON(b, a string, from, to *dataType) bool {
	if to.name != "json" && to.name != "jsonb" && from.name != "json" && from.name != "jsonb" {
		return false
	}
	x, okX := parseJSON(b)
	y, okY := parseJSON(a)
	return okX && okY && reflect.DeepEqual(x, y)
}

// parseJSON keeps numbers as they are written.
func parseJSON(s string) (any, bool) {
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return v, err == nil
}

// sameTruth compares truth values with their usual spellings in other types.
func sameTruth(b, a string, from, to *dataType) bool {
	if from.name != "bool" && to.name != "bool" {
		return false
	}
	words := map[string]bool{
		"true": true, "t": true, "1": true, "yes": true, "y": true, "on": true,
		"false": false, "f": false, "0": false, "no": false, "n": false, "off": false,
	}
	x, okX := words[strings.ToLower(b)]
	y, okY := words[strings.ToLower(a)]
	return okX && okY && x == y
}

// sameSpelling compares identifiers and addresses that one type writes longer.
func sameSpelling(b, a string, from, to *dataType) bool {
	switch {
	case to.name == "uuid":
		return strings.EqualFold(b, a)
	case from.name == "inet" || to.name == "inet":
		return strings.TrimSuffix(b, "/32") == strings.TrimSuffix(a, "/32")
	case from.name == "timetz" && to.name == "time":
		return strings.TrimSuffix(b, "+00") == a
	}
	return false
}
