package githubtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Manners are how a server answers that knows GitHub from its description alone.
// Another stand-in, a proxy or an older server may know no better.
type Manners struct {
	// Plain leaves out the fields that the description calls optional, the headers of
	// limits and of further pages, and GraphQL.
	Plain bool
	// Page is how many entries a page has, whatever is asked for; 0: as asked,
	// -1: the first has all, and so has every other.
	Page int
	// Statuses swaps 200 and 201 where something is created.
	Statuses bool
	// Extra adds fields that nobody knows, and names the character set otherwise.
	Extra bool
	// Trees knows trees by their own names only, and not by those of commits.
	Trees bool
	// Names calls blobs otherwise than git does.
	Names bool
}

// Behave sets the server's manners from now on.
func (s *Server) Behave(m Manners) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manners = m
}

// OtherName is how a server with [Manners] of its own names calls a blob.
func OtherName(sha string) string {
	b := []byte(sha)
	slices.Reverse(b)
	return string(b)
}

// renamed returns a text with the names of blobs exchanged for the other ones, or back.
func (s *Server) renamed(text string, back bool) string {
	if !s.manners.Names {
		return text
	}
	var pairs []string
	for _, r := range s.repositories {
		for sha := range r.objects.blobs {
			if back {
				pairs = append(pairs, OtherName(sha), sha)
			} else {
				pairs = append(pairs, sha, OtherName(sha))
			}
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// mannered gives an answer the rest of the server's manners.
func (s *Server) mannered(r *http.Request, a answer) answer {
	if a.raw != nil || a.body == nil {
		return a
	}
	var body any
	if err := json.Unmarshal([]byte(s.renamed(string(a.bytes()), false)), &body); err != nil {
		panic("githubtest: read own answer: " + err.Error())
	}
	a.body = body
	if s.manners.Extra {
		a.header = a.header.Clone()
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set("Content-Type", "application/vnd.github+json;charset=UTF-8")
		extend(a.body)
	}
	if s.manners.Statuses && r.Method == http.MethodPost && r.URL.Path != "/graphql" {
		switch a.status {
		case http.StatusOK:
			a.status = http.StatusCreated
		case http.StatusCreated:
			a.status = http.StatusOK
		}
	}
	return a
}

// extend adds a field to every object.
func extend(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			extend(item)
		}
	case object:
		for name, field := range value {
			if name != "permissions" { // a map, and no object
				extend(field)
			}
		}
		value["x_new"] = object{"numbers": []any{1, 2.5, nil}, "": true}
	}
}

// always are fields that GitHub's description calls optional and that GitHub never
// leaves out where they say something.
var always = map[string]bool{"body": true, "previous_filename": true, "in_reply_to_id": true, "draft": true}

// plainly drops from an answer what its schema does not require.
func (c checked) plainly(a answer) answer {
	if a.raw != nil || a.body == nil || c.input == nil || !strings.HasPrefix(a.contentType(), "application/json") {
		return a
	}
	response := c.input.Route.Operation.Responses.Value(strconv.Itoa(a.status))
	if response == nil || response.Value.Content.Get("application/json") == nil {
		return a
	}
	var body any
	if err := json.Unmarshal(a.bytes(), &body); err != nil {
		panic("githubtest: read own answer: " + err.Error())
	}
	a.body = required(response.Value.Content.Get("application/json").Schema.Value, body)
	return a
}

// required returns of a value what the schema requires.
func required(s *openapi3.Schema, value any) any {
	for _, choice := range [][]*openapi3.SchemaRef{s.AnyOf, s.OneOf} {
		for _, one := range choice {
			if one.Value.VisitJSON(value) == nil {
				return required(one.Value, value)
			}
		}
	}
	switch value := value.(type) {
	case []any:
		if s.Items != nil {
			for i := range value {
				value[i] = required(s.Items.Value, value[i])
			}
		}
	case object:
		return requiredOf(s, value)
	}
	return value
}

// requiredOf returns of an object the fields that the schema requires; all of one
// that the schema does not describe.
func requiredOf(s *openapi3.Schema, value object) any {
	if len(s.Properties) == 0 {
		return value
	}
	must := map[string]bool{}
	for _, name := range s.Required {
		must[name] = true
	}
	for name, field := range value {
		switch property := s.Properties[name]; {
		case property == nil, !must[name] && !always[name]:
			delete(value, name)
		default:
			value[name] = required(property.Value, field)
		}
	}
	return value
}

// plainHeader is what of an answer's header is left when the server answers plainly.
func plainHeader(a answer) http.Header {
	h := http.Header{}
	h.Set("Content-Type", a.contentType())
	for _, name := range []string{"Location", "Retry-After"} {
		if value := a.header.Get(name); value != "" {
			h.Set(name, value)
		}
	}
	return h
}
