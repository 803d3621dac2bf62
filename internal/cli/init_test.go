package cli

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAskEach holds that only a plain yes gives a file up.
func TestAskEach(t *testing.T) {
	for answers, want := range map[string][]bool{ // whether each is kept
		"y\nn\n": {false, true}, "YES\n yes \n": {false, false}, "\n\n": {true, true}, "": {true, true},
		"yeah\ny": {true, false}, "n\ny\n": {true, false},
	} {
		files := []*newFile{{path: "a", note: "overwrote a"}, {path: "b", note: "overwrote b"}}
		var out bytes.Buffer
		if err := askEach(bufio.NewReader(strings.NewReader(answers)), &out, files); err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, f := range files {
			got = append(got, f.skip)
			if f.skip != (f.note == "kept "+f.path) {
				t.Errorf("%q: %s is kept: %t, and it says %q", answers, f.path, f.skip, f.note)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: what is kept (-want +got):\n%s", answers, diff)
		}
		// Who types gives the ends of lines; where the answers end, nobody has.
		if lines := strings.Count(answers, "\n") + strings.Count(out.String(), "\n"); lines != 2 {
			t.Errorf("%q: the question and what follows it share a line: %q", answers, out.String())
		}
		if want := "a is there already. Overwrite it? [y/N] b is there already. Overwrite it? [y/N] "; strings.ReplaceAll(out.String(), "\n", "") != want {
			t.Errorf("asks %q", out.String())
		}
	}
}
