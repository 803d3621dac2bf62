package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"github.com/dropgate/dropgate/analyzer/source"
)

// show returns a frame as the text report draws it, without its gutter.
func show(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.text + "\n")
		if r.mark != "" {
			b.WriteString(r.mark + "\n")
		}
	}
	return b.String()
}

func TestFrame(t *testing.T) {
	long := strings.Repeat("x", 200)
	tests := []struct {
		name, data, first, last string
		want                    string
	}{
		{"whole line", "DROP TABLE t;\n", "DROP", "t", "DROP TABLE t;\n^^^^^^^^^^^^\n"},
		{"no final newline", "DROP TABLE t", "DROP", "TABLE t", "DROP TABLE t\n^^^^^^^^^^^^\n"},
		{"carriage return", "DROP TABLE t\r\n;", "DROP", "t", "DROP TABLE t\n^^^^^^^^^^^^\n"},
		{"byte order mark", "\ufeffDROP TABLE t;", "DROP", "t", "DROP TABLE t;\n^^^^^^^^^^^^\n"},
		{"tabs", "a\tb\tDROP;", "DROP", "DROP", "a   b   DROP;\n        ^^^^\n"},
		{"tab within", "DROP\tt;", "DROP", "t", "DROP    t;\n^^^^^^^^^\n"},
		{"wide before", "名前 DROP;", "DROP", "DROP", "名前 DROP;\n     ^^^^\n"},
		{"wide within", "x 名前;", "名", "前", "x 名前;\n  ^^^^\n"},
		{"wide after tab", "\t名\tDROP;", "DROP", "DROP", "    名  DROP;\n        ^^^^\n"},
		{"combining", "cafe\u0301 DROP;", "DROP", "DROP", "cafe\u0301 DROP;\n     ^^^^\n"},
		{"emoji with skin", "👩🏽 DROP;", "DROP", "DROP", "👩🏽 DROP;\n   ^^^^\n"},
		{"flag", "🇩🇪 DROP;", "DROP", "DROP", "🇩🇪 DROP;\n   ^^^^\n"},
		{"bidi", "\u202e DROP;", "DROP", "DROP", "<U+202E> DROP;\n         ^^^^\n"},
		{"escape", "\x1b[2J DROP;", "DROP", "DROP", "<U+001B>[2J DROP;\n            ^^^^\n"},
		{"not UTF-8", "\xff DROP;", "DROP", "DROP", "<0xFF> DROP;\n       ^^^^\n"},
		{"several lines", "  DROP\n\n\tTABLE\n t;", "DROP", "t", "  DROP\n  ^^^^\n\n    TABLE\n    ^^^^^\n t;\n ^\n"},
		{
			"eight lines", "a1\n2\n3\n4\n5\n6\n7\n8z;", "a1", "8z",
			"a1\n^^\n2\n^\n3\n^\n4\n^\n5\n^\n6\n^\n7\n^\n8z;\n^^\n",
		},
		{
			"nine lines", "a1\n2\n3\n4\n5\n6\n7\n8\n9z;", "a1", "9z",
			"a1\n^^\n2\n^\n3\n^\n4\n^\n5\n^\n… 2 lines left out\n8\n^\n9z;\n^^\n",
		},
		{
			"long line, range at its end", long + " DROP;", "DROP", "DROP",
			"…" + strings.Repeat("x", 15) + " DROP;\n" + strings.Repeat(" ", 17) + "^^^^\n",
		},
		{
			"long line, range at its beginning", "DROP " + long, "DROP", "DROP",
			"DROP " + strings.Repeat("x", 68) + "…\n^^^^\n",
		},
		{
			"long line, range in the middle", long + " DROP " + long, "DROP", "DROP",
			"…" + strings.Repeat("x", 15) + " DROP " + strings.Repeat("x", 51) + "…\n" + strings.Repeat(" ", 17) + "^^^^\n",
		},
		{
			"range longer than a line", long + " D" + long + "P;", "D", "P",
			"…" + strings.Repeat("x", 15) + " D" + strings.Repeat("x", 55) + "…\n" + strings.Repeat(" ", 17) + strings.Repeat("^", 56) + "\n",
		},
		{
			"line of a megabyte", strings.Repeat("é", 500_000) + " DROP " + strings.Repeat("é", 500_000), "DROP", "DROP",
			"…" + strings.Repeat("é", 15) + " DROP " + strings.Repeat("é", 51) + "…\n" + strings.Repeat(" ", 17) + "^^^^\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := source.New("a.sql", []byte(tt.data))
			f := at(t, file, tt.first, tt.last)
			rows := frame(file, f)
			if diff := cmp.Diff(tt.want, show(rows)); diff != "" {
				t.Errorf("frame (-want +got):\n%s", diff)
			}
			for _, r := range rows {
				if w := len(gutter(f.End.Line)) + uniseg.StringWidth(r.text); w > pageWidth {
					t.Errorf("row is %d columns wide, want at most %d", w, pageWidth)
				}
			}
		})
	}
}

func TestFrameWidths(t *testing.T) {
	const room = pageWidth - len("  1 | ")
	for n := room - 5; n <= room+5; n++ {
		data := "DROP" + strings.Repeat("x", n-4)
		file := source.New("a.sql", []byte(data))
		got := frame(file, at(t, file, "DROP", "DROP"))[0].text
		want := data
		if n > room {
			want = data[:room-1] + "…"
		}
		if got != want {
			t.Errorf("line of %d columns shown as %q, want %q", n, got, want)
		}
	}
}

func TestFrameOfPositionsThatDoNotFit(t *testing.T) {
	file := source.New("a.sql", []byte("a\nb\n"))
	f := at(t, file, "a", "b")
	f.Statement = "a\r\n\r\nb"
	for name, change := range map[string]func(){
		"no file":         func() {},
		"line 0":          func() { f.Start.Line = 0 },
		"line too big":    func() { f.End.Line = 9 },
		"offset too big":  func() { f.End.Offset = 99 },
		"negative offset": func() { f.Start.Offset = -1 },
		"reversed":        func() { f.Start, f.End = f.End, f.Start },
	} {
		t.Run(name, func(t *testing.T) {
			was := f
			defer func() { f = was }()
			change()
			from := file
			if name == "no file" {
				from = nil
			}
			if got, want := show(frame(from, f)), "a\nb\n"; got != want {
				t.Errorf("frame = %q, want the statement %q", got, want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	text := strings.Repeat("word ", 40) + strings.Repeat("x", 100) + " 名前" + strings.Repeat(" 語", 40)
	for i, line := range strings.Split(strings.TrimSuffix(wrap("> ", "  ", text), "\n"), "\n") {
		if w := uniseg.StringWidth(line); w > proseWidth && !strings.Contains(line, "xxx") {
			t.Errorf("line %d is %d columns wide: %q", i+1, w, line)
		}
		if i > 0 && !strings.HasPrefix(line, "  ") {
			t.Errorf("line %d is not indented: %q", i+1, line)
		}
	}
	if got, want := wrap("a  ", "   ", "b  c\nd"), "a  b c d\n"; got != want {
		t.Errorf("wrap = %q, want %q", got, want)
	}
}
