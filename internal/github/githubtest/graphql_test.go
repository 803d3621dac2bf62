package githubtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const objectsStart = "query($o:String!,$n:String!){repository(owner:$o,name:$n){"

func blobField(alias, id, fields string) string {
	return fmt.Sprintf(`%s:object(oid:"%s"){...on Blob{%s}} `, alias, id, fields)
}

func (c *client) query(query, owner, name string) reply {
	c.t.Helper()
	return c.want(200, "POST", "/graphql", object{"query": query, "variables": object{"o": owner, "n": name}})
}

func TestGraphQLBlobs(t *testing.T) {
	_, r, _, c := shop(t)
	const every = "text isBinary isTruncated byteSize"
	tests := []struct {
		name, data, fields string
		want               object
	}{
		{"text", "ü\r\n", every, object{"text": "ü\r\n", "isBinary": false, "isTruncated": false, "byteSize": 4.0}},
		{"text alone", "\ufeffx", "text", object{"text": "\ufeffx"}},
		{"empty", "", every, object{"text": "", "isBinary": false, "isTruncated": false, "byteSize": 0.0}},
		{"binary", "a\x00b", every, object{"text": nil, "isBinary": true, "isTruncated": false, "byteSize": 3.0}},
		{"Latin-1", "a\xfcb", every, object{"text": "a\ufffdb", "isBinary": false, "isTruncated": false, "byteSize": 3.0}},
		{"as long as may be", strings.Repeat("x", 512_000), "isTruncated isBinary", object{"isTruncated": false, "isBinary": false}},
		{"longer", strings.Repeat("x", 512_001), every, object{
			"text": strings.Repeat("x", 512_000), "isBinary": nil, "isTruncated": true, "byteSize": 512_001.0}},
	}
	query, want := objectsStart, object{}
	for i, test := range tests {
		alias, path := fmt.Sprintf("b%d", i), fmt.Sprintf("blobs/%d", i)
		r.Commit("main", map[string]string{path: test.data})
		query += blobField(alias, r.Blob("main", path), test.fields)
		want[alias] = test.want
	}
	query += blobField("commit", r.Head("main"), "text") + blobField("none", strings.Repeat("0", 40), "text") + "}}"
	want["commit"], want["none"] = object{}, nil
	got := decode[object](t, c.query(query, "Octo", "shop"))
	if diff := cmp.Diff(object{"data": object{"repository": want}}, got); diff != "" {
		t.Errorf("-want +got:\n%.2000s", diff)
	}
}

func TestGraphQLBlobsRefused(t *testing.T) {
	s, r, _, c := shop(t)
	s.Token("no contents", Permissions{PullRequests: Write}, Bot)
	id := r.Blob("main", "README.md")
	field := blobField("b0", id, "text")
	const forbidden = `{"data":{"repository":{"b0":null}},"errors":[{"extensions":{"saml_failure":false},` +
		`"message":"Resource not accessible by integration","path":["repository","b0"],"type":"FORBIDDEN"}]}`
	tests := []struct{ name, token, owner, query, want string }{
		{"no permission", "no contents", "octo", objectsStart + field + "}}", forbidden},
		{"no repository", secret, "nobody", objectsStart + field + "}}", "Could not resolve to a Repository with the name 'nobody/shop'."},
		{"unknown field", secret, "octo", objectsStart + blobField("b0", id, "content") + "}}", "Field 'content' doesn't exist on type 'Blob'"},
		{"not an id", secret, "octo", objectsStart + blobField("b0", "main", "text") + "}}", "does not know the field"},
		{"an alias twice", secret, "octo", objectsStart + field + field + "}}", "once only"},
		{"unknown variable", secret, "octo", strings.Replace(objectsStart, "owner:$o", "owner:$x", 1) + field + "}}", "Variable $x"},
		{"text behind the fields", secret, "octo", objectsStart + field + "id}}", "does not know the field"},
		{"brace left open", secret, "octo", objectsStart + field + "}", "does not know"},
	}
	for _, test := range tests {
		c.token = test.token
		got := c.query(test.query, test.owner, "shop").text
		if !strings.Contains(got, test.want) || !strings.Contains(got, `"errors"`) {
			t.Errorf("%s: got %s, want %s in the errors", test.name, got, test.want)
		}
	}
	if n := s.Count("POST", "/graphql"); n != len(tests) {
		t.Errorf("%d requests are counted, want %d", n, len(tests))
	}
	if n := len(s.Writes()); n != 0 {
		t.Errorf("%d queries count as writes, want none", n)
	}
}

const (
	foldQuery   = "mutation($id:ID!){minimizeComment(input:{subjectId:$id,classifier:RESOLVED}){minimizedComment{isMinimized}}}"
	unfoldQuery = "mutation($id:ID!){unminimizeComment(input:{subjectId:$id}){unminimizedComment{isMinimized}}}"
)

func (c *client) fold(query, id string) string {
	c.t.Helper()
	return c.want(200, "POST", "/graphql", object{"query": query, "variables": object{"id": id}}).text
}

func TestGraphQLMinimise(t *testing.T) {
	_, _, p, c := shop(t)
	c.want(200, "POST", reviews, object{"event": "COMMENT", "comments": []object{{"path": initSQL, "line": 3, "body": "look"}}})
	p.Comment("alice", "talk")
	onLine := decode[[]object](t, c.get(comments))[0]["node_id"].(string)
	inTalk := decode[[]object](t, c.get("/repos/octo/shop/issues/1/comments"))[0]["node_id"].(string)
	folded := func() [2]string { return [2]string{p.ReviewComments()[0].Minimised, p.Comments()[0].Minimised} }
	for _, id := range []string{onLine, inTalk} {
		if got := c.fold(foldQuery, id); got != `{"data":{"minimizeComment":{"minimizedComment":{"isMinimized":true}}}}` {
			t.Errorf("folding answers %s", got)
		}
	}
	if got := folded(); got != [2]string{"RESOLVED", "RESOLVED"} {
		t.Errorf("folded away for %q, want RESOLVED", got)
	}
	if got := c.fold(unfoldQuery, onLine); !strings.Contains(got, `"unminimizedComment":{"isMinimized":false}`) {
		t.Errorf("unfolding answers %s", got)
	}
	if got := folded(); got != [2]string{"", "RESOLVED"} {
		t.Errorf("folded away for %q, want the second only", got)
	}
}

func TestGraphQLMinimiseRefused(t *testing.T) {
	s, _, p, c := shop(t)
	p.Comment("alice", "talk")
	id := decode[[]object](t, c.get("/repos/octo/shop/issues/1/comments"))[0]["node_id"].(string)
	tests := []struct{ name, query, id, want string }{
		{"no such comment", foldQuery, "bm9uZQ==", "Could not resolve to a node"},
		{"no classifier", strings.Replace(foldQuery, ",classifier:RESOLVED", "", 1), id, "classifier"},
		{"unknown classifier", strings.Replace(foldQuery, "RESOLVED", "DONE", 1), id, "classifier"},
		{"the other's field", strings.Replace(foldQuery, "minimizedComment", "unminimizedComment", 1), id, "doesn't exist on type"},
		{"unknown variable", strings.Replace(foldQuery, "subjectId:$id", "subjectId:$x", 1), id, "Variable $x"},
		{"read only", foldQuery, id, "Resource not accessible by integration"},
	}
	for _, test := range tests {
		if test.name == "read only" {
			s.Token("reader", Permissions{PullRequests: Read, Contents: Read}, Bot)
			c.token = "reader"
		}
		if got := c.fold(test.query, test.id); !strings.Contains(got, test.want) || !strings.Contains(got, `"errors"`) {
			t.Errorf("%s: got %s, want %s in the errors", test.name, got, test.want)
		}
	}
	if got := p.Comments()[0].Minimised; got != "" {
		t.Errorf("folded away for %q, want not", got)
	}
}
