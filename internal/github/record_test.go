package github

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// records returns a record of n operations with fingerprints that do not compress.
func records(n int) gate.Record {
	r := gate.Record{Operations: map[string]time.Time{}}
	for i := range n {
		sum := sha256.Sum256(fmt.Append(nil, i))
		r.Operations[hex.EncodeToString(sum[:16])] = noon.Add(time.Duration(i%7) * time.Hour)
	}
	return r
}

func TestRecordRoundTrip(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	tests := []struct {
		name   string
		body   string
		record gate.Record
	}{
		{"no operation", "Nothing to see.", gate.Record{Operations: map[string]time.Time{}}},
		{"some", "# dropgate\n\nblocked", records(3)},
		{"compressed", "# dropgate", records(1000)},
		{"empty body", "", records(1)},
		{"CRLF in the body", "a\r\nb\r\n", records(1)},
		{"with the label's time", "a", gate.Record{Operations: map[string]time.Time{"k": {}}, Label: noon}},
		{"another zone", "a", gate.Record{Operations: map[string]time.Time{"k": noon.In(zone)}}},
		{"quotes a record", "```sql\n" + recordStart + "v1 e30= sha256=00 -->\n```", records(1)},
		{"quotes a record at the end", recordStart + "v1 e30= sha256=" + checksum("", "e30=") + " -->", records(2)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, ok := EncodeRecord(tt.body, tt.record)
			if !ok {
				t.Fatal("got no record, want one")
			}
			if again, _ := EncodeRecord(tt.body, tt.record); again != text {
				t.Error("got two texts for one record")
			}
			if len(summaryMarker+"\n"+text) > CommentLimit {
				t.Errorf("got %d bytes, want at most %d", len(text), CommentLimit)
			}
			utc := gate.Record{Operations: map[string]time.Time{}, Label: tt.record.Label}
			for k, at := range tt.record.Operations {
				utc.Operations[k] = at.UTC()
			}
			// As it comes back: with the marker, or after a browser had it in a field.
			for _, stored := range []string{text, summaryMarker + "\n" + text, strings.ReplaceAll(text, "\n", "\r\n") + "\r\n "} {
				got, ok := DecodeRecord(stored)
				if diff := cmp.Diff(utc, got); !ok || diff != "" {
					t.Errorf("ok = %v, record (-want +got):\n%s", ok, diff)
				}
			}
			hidden := text[strings.LastIndex(text, recordStart)+len("<!--") : len(text)-len("-->")]
			if strings.Contains(hidden, "--") {
				t.Errorf("got -- in the comment: %s", hidden)
			}
		})
	}
}

func TestRecordTampered(t *testing.T) {
	text, _ := EncodeRecord("# dropgate\n\nDrops `users`.", records(2))
	payload := recordEnd.FindStringSubmatch(text)[1]
	other, _ := EncodeRecord("# dropgate\n\nNothing.", records(9))
	tests := []struct{ name, body string }{
		{"empty", ""},
		{"no record", "# dropgate"},
		{"a word changed", strings.Replace(text, "Drops", "Keeps", 1)},
		{"a word added in front", "x" + text},
		{"text added behind", text + "\n\nLooks good to me."},
		{"text added between", strings.Replace(text, recordStart, "x\n"+recordStart, 1)},
		{"another record", strings.Replace(text, payload, recordEnd.FindStringSubmatch(other)[1], 1)},
		{"another version", strings.Replace(text, "record v1", "record v2", 1)},
		{"the record alone", text[strings.LastIndex(text, recordStart):]},
		{"checksum gone", text[:strings.LastIndex(text, " sha256=")] + " -->"},
		{"cut off", text[:len(text)-10]},
		{"not JSON", forged("body", []byte("nonsense"))},
		{"JSON of another shape", forged("body", []byte(`{"operations":[1]}`))},
		{"no operations", forged("body", []byte(`{}`))},
		{"not base64", "body\n\n" + recordStart + "v1 === sha256=" + checksum("body", "===") + " -->"},
		{"half a gzip", forged("body", zipped(t, 10)[:20])},
		{"a gzip bomb", forged("body", zipped(t, recordLimit+1))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if r, ok := DecodeRecord(tt.body); ok {
				t.Errorf("got a record of %d operations, want none", len(r.Operations))
			}
		})
	}
}

// forged returns a comment with a right checksum over wrong data.
func forged(body string, data []byte) string {
	p := payload{text: base64.StdEncoding.EncodeToString(data)}
	return body + "\n\n" + recordComment(p, body)
}

// zipped returns a record of no operation with size blanks behind it, compressed.
func zipped(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := fmt.Fprint(w, `{"operations":{}}`, strings.Repeat(" ", size)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRecordSize(t *testing.T) {
	long := strings.Repeat("Ein Satz mit ä und — Strich.\n", 4000)
	tests := []struct {
		name         string
		body         string
		operations   int
		fits, whole  bool
		wantInflated bool
	}{
		{"plain", "short", 300, true, true, false},
		{"compressed", "short", 900, true, true, true},
		{"too many for any form", "short", 5000, false, true, false},
		{"long body", long, 3, true, false, true},
		{"long body and many", long, 900, true, false, true},
		{"long body and too many", long, 5000, false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, fits := EncodeRecord(tt.body, records(tt.operations))
			if fits != tt.fits {
				t.Errorf("fits: got %v, want %v", fits, tt.fits)
			}
			if n := len(summaryMarker + "\n" + text); n > CommentLimit {
				t.Errorf("got %d bytes, want at most %d", n, CommentLimit)
			}
			if whole := strings.HasPrefix(text, tt.body+"\n"); whole != tt.whole {
				t.Errorf("body whole: got %v, want %v", whole, tt.whole)
			}
			if !tt.whole && !strings.Contains(text, cutNote) {
				t.Error("got a cut body without a note")
			}
			got, ok := DecodeRecord(text)
			if ok != tt.fits || ok && len(got.Operations) != tt.operations {
				t.Errorf("got %d operations (%v), want %d (%v)", len(got.Operations), ok, tt.operations, tt.fits)
			}
			if !fits && !strings.HasSuffix(text, noRecord) {
				t.Error("got no word that there is no record")
			}
			if m := recordEnd.FindStringSubmatch(text); fits && strings.HasPrefix(m[1], "H4s") != tt.wantInflated {
				t.Errorf("compressed: got %v, want %v", !tt.wantInflated, tt.wantInflated)
			}
		})
	}
}

func TestCut(t *testing.T) {
	rows := strings.Repeat("DELETE FROM a; -- ü\n", 40)
	tests := []struct{ name, in, fence string }{
		{"prose", rows, ""},
		{"in a code block", "````sql\n```\n" + rows + "````\n", "````"},
		{"in a block of tildes", "~~~\n```\n" + rows, "~~~"},
		{"after a code block", "```sql\nx\n```\n" + rows, ""},
		{"in a block that takes too much to close", "before\n" + strings.Repeat("`", 100) + "\n" + rows, ""},
		{"one line", strings.Repeat("ü", 500), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := cut(tt.in, 500)
			if len(got) > 500 {
				t.Errorf("got %d bytes, want at most 500", len(got))
			}
			shown, ok := strings.CutSuffix(got, cutNote)
			if !ok {
				t.Fatalf("got %q, want the note at the end", got)
			}
			if open, _ := openFence(shown); open != "" {
				t.Errorf("got an open code block %q", open)
			}
			kept := shown
			if tt.fence != "" {
				kept, ok = strings.CutSuffix(shown, "\n"+tt.fence)
			}
			if !ok || !strings.HasPrefix(tt.in, kept) {
				t.Errorf("got %q, want the beginning of the text, then %q", shown, tt.fence)
			}
		})
	}
	if got := cut("short", 500); got != "short" {
		t.Errorf("got %q, want short", got)
	}
}

func TestShorten(t *testing.T) {
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"abc", 3, "abc"}, {"abcdef", 5, "ab…"}, {"aüüü", 6, "aü…"}, {"", 0, ""},
	}
	for _, tt := range tests {
		if got := shorten(tt.in, tt.limit); got != tt.want {
			t.Errorf("shorten(%q, %d): got %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}
