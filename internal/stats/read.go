package stats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limit is the most bytes that a file may have. It is enough for some 100,000
// tables.
const Limit = 32 << 20

// An Error says what is wrong with a file, and where.
type Error struct {
	File         string
	Line, Column int // from 1; the column counts characters
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Read reads a file of at most Limit bytes. Name is for the errors.
func Read(name string, r io.Reader) (File, error) {
	data, err := io.ReadAll(io.LimitReader(r, Limit+1))
	if err != nil {
		return File{}, fmt.Errorf("read the statistics %s: %w", name, err)
	}
	if len(data) > Limit {
		return File{}, fmt.Errorf("read the statistics %s: it has more than %d MB: leave tables out that no migration touches", name, Limit>>20)
	}
	return Parse(name, data)
}

// Parse reads a file's text. Every error that is about the text is an *Error.
func Parse(name string, data []byte) (File, error) {
	d := &decoder{name: name, data: data, json: json.NewDecoder(bytes.NewReader(data))}
	d.json.UseNumber()
	f, err := d.file()
	if err != nil {
		return File{}, err
	}
	f.sort()
	return f, nil
}

// A decoder reads a file token by token, for only that tells where each stands.
type decoder struct {
	name  string
	data  []byte
	json  *json.Decoder
	start int // of the last token
}

// fail says what is wrong at an offset.
func (d *decoder) fail(at int, format string, args ...any) error {
	before := d.data[:min(max(at, 0), len(d.data))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return &Error{d.name, line, column, fmt.Sprintf(format, args...)}
}

// next returns the next token.
func (d *decoder) next() (json.Token, error) {
	d.start = int(d.json.InputOffset())
	for d.start < len(d.data) && strings.IndexByte(" \t\r\n,:", d.data[d.start]) >= 0 {
		d.start++
	}
	token, err := d.json.Token()
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return token, nil
	case errors.As(err, &syntax):
		return nil, d.fail(max(int(syntax.Offset)-1, d.start), "this is not JSON: %s", syntax.Error())
	}
	return nil, d.fail(len(d.data), "the file ends too early: make it again with dropgate stats")
}

// value reads a value of one type and names what it should have been.
func value[T any](d *decoder, key, want string) (T, error) {
	token, err := d.next()
	if err != nil {
		return *new(T), err
	}
	v, ok := token.(T)
	if !ok {
		return v, d.fail(d.start, "%s is %s", key, want)
	}
	return v, nil
}

// object reads an object whose keys are all in fields. Required are those that
// it must have.
func (d *decoder) object(what string, required []string, fields map[string]func() error) error {
	if err := d.open('{', what+" is an object: { … }"); err != nil {
		return err
	}
	begin := d.start
	seen := map[string]bool{}
	for d.json.More() {
		key, err := value[string](d, "a key", "a text in quotes")
		if err != nil {
			return err
		}
		read := fields[key]
		switch {
		case read == nil:
			return d.fail(d.start, "%s has no key %s: take it out", what, quoted(key))
		case seen[key]:
			return d.fail(d.start, "the key %s stands here twice: leave one", quoted(key))
		}
		seen[key] = true
		if err := read(); err != nil {
			return err
		}
	}
	if _, err := d.next(); err != nil {
		return err
	}
	for _, key := range required {
		if !seen[key] {
			return d.fail(begin, "%s needs the key %s", what, quoted(key))
		}
	}
	return nil
}

// list reads a list.
func (d *decoder) list(what string, element func() error) error {
	if err := d.open('[', what+" is a list: [ … ]"); err != nil {
		return err
	}
	for d.json.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := d.next()
	return err
}

func (d *decoder) open(delimiter json.Delim, otherwise string) error {
	token, err := d.next()
	if err == nil && token != delimiter {
		err = d.fail(d.start, "%s", otherwise)
	}
	return err
}

// quotedLimit is how much of a text from the file an error quotes.
const quotedLimit = 80

func quoted(s string) string {
	if runes := []rune(s); len(runes) > quotedLimit {
		s = string(runes[:quotedLimit]) + "…"
	}
	return strconv.QuoteToASCII(s)
}

// text reads a text.
func (d *decoder) text(key string, to *string) func() error {
	return func() (err error) {
		*to, err = value[string](d, key, "a text in quotes")
		return err
	}
}

// identifier reads the name of something in the database.
func (d *decoder) identifier(key string, to *string) func() error {
	return func() error {
		err := d.text(key, to)()
		if err == nil && *to == "" {
			err = d.fail(d.start, "%s is empty", key)
		}
		return err
	}
}

// number reads a whole number that is not negative.
func (d *decoder) number(key string, to *int64) func() error {
	return func() error {
		n, err := value[json.Number](d, key, "a whole number")
		if err != nil {
			return err
		}
		return d.whole(key, n, to)
	}
}

func (d *decoder) whole(key string, n json.Number, to *int64) error {
	i, err := strconv.ParseInt(n.String(), 10, 64)
	switch {
	case err != nil:
		return d.fail(d.start, "%s is a whole number from 0 to 9223372036854775807", key)
	case i < 0:
		return d.fail(d.start, "%s is 0 or more; what is not known is null", key)
	}
	*to = i
	return nil
}

// time reads a time that is not after another one.
func (d *decoder) time(key string, to *time.Time) func() error {
	return func() error {
		text, err := value[string](d, key, `a time: "2026-08-01T03:00:00Z"`)
		if err != nil {
			return err
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return d.fail(d.start, `%s is a time with its offset: "2026-08-01T03:00:00Z"`, key)
		}
		*to = t.UTC()
		return nil
	}
}

// null reads null, or what read takes.
func (d *decoder) null(read func() error) (isNull bool, err error) {
	rest := bytes.TrimLeft(d.data[d.json.InputOffset():], " \t\r\n:")
	if bytes.HasPrefix(rest, []byte("null")) {
		_, err = d.next()
		return true, err
	}
	return false, read()
}
