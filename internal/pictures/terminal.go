package main

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// escape is a change of colour in a terminal's text.
var escape = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// ends are the codes that end others; 0 and the empty code end all.
var ends = map[string][]string{"22": {"1", "2"}}

// classes are the codes that the program uses, with what the style sheet calls them.
var classes = map[string]string{
	"1": "bold", "2": "faint", "31": "red", "32": "green", "33": "yellow", "36": "cyan", "41": "on-red", "97": "white",
}

// coloured turns a terminal's text into HTML. It refuses what it does not know, so
// that no colour is lost in silence.
func coloured(text string) (string, error) {
	var b strings.Builder
	var on []string
	write := func(plain string) {
		switch plain = html.EscapeString(plain); {
		case plain == "" || len(on) == 0:
			b.WriteString(plain)
		default:
			fmt.Fprintf(&b, `<span class="%s">%s</span>`, strings.Join(on, " "), plain)
		}
	}
	for {
		at := escape.FindStringSubmatchIndex(text)
		if at == nil {
			write(text)
			break
		}
		write(text[:at[0]])
		for code := range strings.SplitSeq(text[at[2]:at[3]], ";") {
			switch name, known := classes[code]; {
			case known:
				on = append(on, name)
			case code == "" || code == "0":
				on = nil
			case ends[code] != nil:
				on = slices.DeleteFunc(on, func(name string) bool {
					return slices.ContainsFunc(ends[code], func(ended string) bool { return classes[ended] == name })
				})
			default:
				return "", fmt.Errorf("a terminal's colour %q that is not known: add it to internal/pictures/terminal.go", code)
			}
		}
		text = text[at[1]:]
	}
	if strings.Contains(b.String(), "\x1b") {
		return "", fmt.Errorf("an escape sequence that is no colour: add it to internal/pictures/terminal.go")
	}
	return b.String(), nil
}
