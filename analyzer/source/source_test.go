package source

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPosition(t *testing.T) {
	for _, tt := range []struct {
		name   string
		data   string
		offset int
		want   Position
	}{
		{"empty", "", 0, Position{1, 1, 0}},
		{"first byte", "ab", 0, Position{1, 1, 0}},
		{"end of file", "ab", 2, Position{1, 3, 2}},
		{"newline itself", "ab\ncd", 2, Position{1, 3, 2}},
		{"second line", "ab\ncd", 3, Position{2, 1, 3}},
		{"after the final newline", "ab\n", 3, Position{2, 1, 3}},
		{"carriage return counts on its line", "ab\r\ncd", 3, Position{1, 4, 3}},
		{"after a CRLF", "ab\r\ncd", 4, Position{2, 1, 4}},
		{"a lone carriage return ends no line", "ab\rcd", 3, Position{1, 4, 3}},
		{"characters, not bytes", "é€𝄞x", 9, Position{1, 4, 9}},
		{"byte order mark is no column", "\xEF\xBB\xBFab", 4, Position{1, 2, 4}},
		{"byte order mark itself", "\xEF\xBB\xBFab", 0, Position{1, 1, 0}},
		{"byte order mark and a second line", "\xEF\xBB\xBFa\nb", 5, Position{2, 1, 5}},
		{"bytes that are no UTF-8 count one each", "\xff\xfeab", 3, Position{1, 4, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := New("a.sql", []byte(tt.data)).Position(tt.offset); got != tt.want {
				t.Errorf("Position(%d) of %q: got %+v, want %+v", tt.offset, tt.data, got, tt.want)
			}
		})
	}
}

// TestPositionInLongLine holds that the marks within a long line change nothing.
func TestPositionInLongLine(t *testing.T) {
	line := strings.Repeat("aé€𝄞\xff", 3000)
	for _, data := range []string{line, "\xEF\xBB\xBF" + line, "a\n" + line + "\nb\r\n" + line} {
		f := New("a.sql", []byte(data))
		for offset := f.All().Start; offset <= len(data); offset += 7 {
			start := strings.LastIndexByte(data[:offset], '\n') + 1
			if start == 0 {
				start = f.All().Start
			}
			want := Position{strings.Count(data[:offset], "\n") + 1, utf8.RuneCountInString(data[start:offset]) + 1, offset}
			if got := f.Position(offset); got != want {
				t.Fatalf("Position(%d): got %+v, want %+v", offset, got, want)
			}
		}
	}
}

func TestRange(t *testing.T) {
	for _, tt := range []struct {
		name        string
		data        string
		span        Span
		first, last Position
	}{
		{"inclusive", "DROP TABLE a;", Span{0, 12}, Position{1, 1, 0}, Position{1, 12, 11}},
		{"one character", "ab", Span{1, 2}, Position{1, 2, 1}, Position{1, 2, 1}},
		{"empty", "ab", Span{1, 1}, Position{1, 2, 1}, Position{1, 2, 1}},
		{"ends with a character of several bytes", "xé", Span{0, 3}, Position{1, 1, 0}, Position{1, 2, 2}},
		{"over two lines", "ab\r\ncd", Span{1, 5}, Position{1, 2, 1}, Position{2, 1, 4}},
		{"a file's first byte after the mark", "\xEF\xBB\xBFab", Span{3, 5}, Position{1, 1, 3}, Position{1, 2, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first, last := New("a.sql", []byte(tt.data)).Range(tt.span)
			if first != tt.first || last != tt.last {
				t.Errorf("Range(%v): got %+v to %+v, want %+v to %+v", tt.span, first, last, tt.first, tt.last)
			}
		})
	}
}

func TestLines(t *testing.T) {
	for _, tt := range []struct {
		name string
		data string
		want []string
	}{
		{"empty", "", []string{""}},
		{"one line without an end", "a", []string{"a"}},
		{"a final newline begins no line", "a\n", []string{"a"}},
		{"an empty last line", "a\n\n", []string{"a", ""}},
		{"CRLF", "a\r\nb\r\n", []string{"a", "b"}},
		{"a lone carriage return", "a\rb", []string{"a\rb"}},
		{"only a newline", "\n", []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := New("a.sql", []byte(tt.data))
			var got []string
			for n := 1; n <= f.Lines(); n++ {
				got = append(got, f.Text(f.Line(n)))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines of %q (-want +got):\n%s", tt.data, diff)
			}
		})
	}
}

func TestAll(t *testing.T) {
	for data, want := range map[string]Span{
		"":                   {0, 0},
		"ab":                 {0, 2},
		"\xEF\xBB\xBFab":     {3, 5},
		"\xEF\xBB\xBF":       {3, 3},
		"a\xEF\xBB\xBFb":     {0, 5},
		"\xEF\xBBno mark":    {0, 9},
		"\xFF\xFEa\x00b\x00": {0, 6},
	} {
		if got := New("a.sql", []byte(data)).All(); got != want {
			t.Errorf("All of %q: got %v, want %v", data, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	s := Span{2, 5}
	if s.Len() != 3 {
		t.Errorf("got length %d, want 3", s.Len())
	}
	for other, want := range map[Span]bool{{2, 5}: true, {3, 4}: true, {1, 3}: false, {4, 6}: false, {5, 5}: true} {
		if got := s.Contains(other); got != want {
			t.Errorf("%v contains %v: got %t, want %t", s, other, got, want)
		}
	}
}
