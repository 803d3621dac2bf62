package analyzer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// fingerprint names an operation by what it is rather than where it stands; the
// nth of several that are alike has a number.
func (r *review) fingerprint(parts ...string) string {
	text := strings.Join(parts, "\x00")
	sum := sha256.Sum256([]byte(text))
	r.seen[sum]++
	return digest(fmt.Sprintf("%s\x00%d", text, r.seen[sum]))
}

// digest is a sum of a text, as fingerprints are written.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// briefLimit is the most bytes of a statement's text that tell it from others. A
// longer one goes by a sum of it: thousands of findings may stand in one statement.
const briefLimit = 2000

// brief returns a text that is the same only for the same text.
func brief(text string) string {
	if len(text) <= briefLimit {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// A quotation is a text that findings show, and what tells it from others. Those of
// one statement come one after another: the last ones are kept.
type quotation struct {
	file, normalFile *source.File
	span, normalSpan source.Span
	text, normal     string
}

// quote returns the statement around a place, as findings show it.
func (r *review) quote(at place) string {
	q := &r.quoted
	if q.file != at.file || q.span != at.around.Span {
		q.file, q.span = at.file, at.around.Span
		q.text = clip(at.file.Data[q.span.Start:q.span.End])
	}
	return q.text
}

// normal returns what tells the text of a span from others.
func (r *review) normal(f *source.File, span source.Span) string {
	q := &r.quoted
	if q.normalFile != f || q.normalSpan != span {
		q.normalFile, q.normalSpan = f, span
		q.normal = brief(pgsql.Normal(f, span))
	}
	return q.normal
}

// clip cuts a long statement at a character.
func clip(text []byte) string {
	if len(text) <= StatementLimit {
		return string(text)
	}
	cut := StatementLimit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return string(text[:cut]) + "…"
}
