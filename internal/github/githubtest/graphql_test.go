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
