package report

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "users, 名前, é, 👩🏽, ❤️", "users, 名前, é, 👩🏽, ❤️"},
		{"escape", "\x1b[31m", "<U+001B>[31m"},
		{"lines and tabs", "a\nb\tc\rd", "a<U+000A>b<U+0009>c<U+000D>d"},
		{"C1", "a\u0085b\u009bc", "a<U+0085>b<U+009B>c"},
		{"separators", "a\u2028b\u2029c", "a<U+2028>b<U+2029>c"},
		{"bidi", "\u202aa\u202eb\u2066c\u200fd", "<U+202A>a<U+202E>b<U+2066>c<U+200F>d"},
		{"zero width", "a\u200bb\u200dc\u2060d\ufeffe\u00adf", "a<U+200B>b<U+200D>c<U+2060>d<U+FEFF>e<U+00AD>f"},
		{"fillers", "\u3164\u115f\u034f", "<U+3164><U+115F><U+034F>"},
		{"tags and selectors", "\U000E0041\U000E0101\ufe01", "<U+E0041><U+E0101><U+FE01>"},
		{"not UTF-8", "a\xc3(\xff", "a<0xC3>(<0xFF>"},
		{"replacement character", "\ufffd", "\ufffd"},
		{"NUL", "\x00", "<U+0000>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Visible(tt.in); got != tt.want {
				t.Errorf("Visible(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestLogWriter(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "a: b::c\n# ## [x]\n", "a: b::c\n# ## [x]\n"},
		{"command", "::error::x\n", ": :error::x\n"},
		{"command on a later line", "a\n::stop-commands::x", "a\n: :stop-commands::x"},
		{"after white space", " \t\u00a0\u3000::x", " \t\u00a0\u3000: :x"},
		{"three colons", ":::x", ": ::x"},
		{"old command", "a ##[set-output name=blocked]false", "a ## [set-output name=blocked]false"},
		{"more hashes", "###[x] ##[y]", "### [x] ## [y]"},
		{"carriage return", "a\r::x\r\n", "a<U+000D>::x<U+000D>\n"},
		{"other line ends", "a\u0085::x\u2028::y", "a<U+0085>::x<U+2028>::y"},
		{"zero width between", "#\u200b#[x] :\u200b:y", "#<U+200B>#[x] :<U+200B>:y"},
		{"zero width before", "\ufeff::x", "<U+FEFF>::x"},
		{"escape", "\x1b]0;x\a", "<U+001B>]0;x<U+0007>"},
		{"colours pass", "\x1b[31;1ma\x1b[0m\n", "\x1b[31;1ma\x1b[0m\n"},
		{"colours hide nothing", "\x1b[1m::x #\x1b[0m#[y", "\x1b[1m: :x #\x1b[0m# [y"},
		{"cursor", "\x1b[2Jx", "<U+001B>[2Jx"},
		{"not UTF-8", "a\xffb", "a<0xFF>b"},
		{"marks between", "#\ufe0f#\u0301[x]", "#\ufe0f#\u0301 [x]"},
		{"marks at the start", "\ufe0f::x", "\ufe0f: :x"},
		{"marks between colons", ":\u0591:x", ":\u0591 :x"},
		{"Azure Pipelines", "a ##vso[task.setvariable variable=x]y", "a ## vso[task.setvariable variable=x]y"},
		{"TeamCity", "##teamcity[buildStop]", "## teamcity[buildStop]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var whole strings.Builder
			n, err := LogWriter(&whole).Write([]byte(tt.in))
			if err != nil || n != len(tt.in) {
				t.Fatalf("Write = %d, %v, want %d", n, err, len(tt.in))
			}
			if got := whole.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			var bytewise strings.Builder
			w := LogWriter(&bytewise)
			for i := range len(tt.in) {
				if _, err := w.Write([]byte{tt.in[i]}); err != nil {
					t.Fatal(err)
				}
			}
			if got := bytewise.String(); got != tt.want {
				t.Errorf("byte by byte: got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPrintable(t *testing.T) {
	for format, want := range map[string]string{
		"json": `["#\u0023[x]", "::y"]`, "sarif": `["#\u0023[x]", "::y"]`, "gitlab": `["#\u0023[x]", "::y"]`,
		"junit": `["#&#35;[x]", "::y"]`, "text": `["## [x]", "::y"]`, "markdown": `["## [x]", "::y"]`, "github": `["##[x]", "::y"]`,
	} {
		if got := string(Printable(format, []byte(`["##[x]", "::y"]`))); got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
	for format := range Formats {
		if format != "github" && string(Printable(format, []byte("##[x]"))) == "##[x]" {
			t.Errorf("%s is printed as it is", format)
		}
	}
}
