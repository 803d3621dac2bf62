package github

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dropgate/dropgate/internal/gate"
)

const (
	// CommentLimit is the most bytes of a comment. GitHub's own limit is 65,536
	// characters, and what it takes for one is not documented.
	CommentLimit = 60_000
	// recordLimit bounds a record's JSON when a compressed one is read.
	recordLimit = 8 << 20

	recordStart = "<!-- dropgate:record "
	noRecord    = "<!-- dropgate:record none -->"
	cutNote     = "\n\n_The rest is cut off at GitHub's limit for a comment; the job summary has it all._"
)

// EncodeRecord returns body with the record appended as a hidden comment that is
// bound to the body by a checksum, and whether the record fitted. Without it the
// next run knows nothing, and counts every operation as not covered.
//
// The whole stays under [CommentLimit]: a record that does not fit beside the
// body is compressed, and a body is cut, but never to less than half of the limit
// for the sake of a record.
//
// The checksum has no secret. It tells an edited comment, not a forged one:
// whoever may edit the bot's comment may also change the repository.
func EncodeRecord(body string, r gate.Record) (text string, ok bool) {
	body = normalise(strings.ReplaceAll(body, recordStart, "<!-- dropgate record "))
	room := CommentLimit - len(summaryMarker) - len("\n\n\n")
	for _, p := range payloads(r) {
		rest := room - len(recordComment(p, ""))
		if rest >= len(body) || p.last && rest >= room/2 {
			body = cut(body, rest)
			return body + "\n\n" + recordComment(p, body), true
		}
	}
	return cut(body, room-len(noRecord)) + "\n\n" + noRecord, false
}

// A payload is a record as base64, whose alphabet cannot end an HTML comment.
type payload struct {
	text string
	last bool // there is no smaller form
}

// payloads returns the forms of a record, the largest first.
func payloads(r gate.Record) []payload {
	utc := gate.Record{Operations: make(map[string]time.Time, len(r.Operations)), Label: r.Label.UTC()}
	for key, at := range r.Operations {
		utc.Operations[key] = at.UTC()
	}
	data, err := json.Marshal(utc)
	if err != nil { // a year that JSON cannot express
		return nil
	}
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, _ = w.Write(data) // a bytes.Buffer takes everything
	_ = w.Close()
	return []payload{
		{text: base64.StdEncoding.EncodeToString(data)},
		{text: base64.StdEncoding.EncodeToString(small.Bytes()), last: true},
	}
}

func recordComment(p payload, body string) string {
	return fmt.Sprintf("%sv1 %s sha256=%s -->", recordStart, p.text, checksum(body, p.text))
}

func checksum(body, payload string) string {
	sum := sha256.Sum256([]byte(normalise(body) + "\x00" + payload))
	return hex.EncodeToString(sum[:])
}

var recordEnd = regexp.MustCompile(regexp.QuoteMeta(recordStart) + `v1 ([A-Za-z0-9+/=]+) sha256=([0-9a-f]{64}) -->$`)

// DecodeRecord reads the record of a summary comment, with or without its
// marker. It reports false for a comment that has none or was edited since.
func DecodeRecord(body string) (gate.Record, bool) {
	body = normalise(strings.TrimPrefix(body, summaryMarker))
	// Only the very end counts: above it, the comment may quote anything.
	m := recordEnd.FindStringSubmatchIndex(body)
	if m == nil {
		return gate.Record{}, false
	}
	text := body[m[2]:m[3]]
	if checksum(body[:m[0]], text) != body[m[4]:m[5]] {
		return gate.Record{}, false
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return gate.Record{}, false
	}
	if data, err = inflate(data); err != nil {
		return gate.Record{}, false
	}
	var r gate.Record
	if json.Unmarshal(data, &r) != nil || r.Operations == nil {
		return gate.Record{}, false
	}
	return r, true
}

// inflate returns data decompressed if it is compressed.
func inflate(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	data, err = io.ReadAll(io.LimitReader(r, recordLimit+1))
	if err == nil && len(data) > recordLimit {
		err = ErrTooLarge
	}
	return data, err
}

// normalise undoes what GitHub and its text fields do to a comment on the way:
// line ends, and blank around the text.
func normalise(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// cut shortens Markdown to at most limit bytes, at the end of a line if it can,
// closes a code block that it cuts through, and says that it did.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const fenceRoom = 80
	at := max(limit-len(cutNote)-fenceRoom, 0)
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	s = s[:at]
	if i := strings.LastIndexByte(s, '\n'); i > at/2 {
		s = s[:i]
	}
	switch fence, from := openFence(s); {
	case fence == "":
	case len(fence) < fenceRoom:
		s += "\n" + fence
	default: // there is no room to close it
		s = s[:from]
	}
	return s + cutNote
}

var fenceLine = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")

// openFence returns the fence of the code block that s ends in, or "", and where
// its line begins.
func openFence(s string) (open string, from int) {
	at := 0
	for line := range strings.Lines(s) {
		m := fenceLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		switch {
		case m == nil:
		case open == "":
			open, from = m[1], at
		case strings.HasPrefix(m[1], open) && strings.TrimSpace(m[2]) == "":
			open = ""
		}
		at += len(line)
	}
	return open, from
}
