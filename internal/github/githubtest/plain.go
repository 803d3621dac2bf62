package githubtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// AnswerPlainly makes the server answer with what GitHub's description requires
// and no more, from now on: without the fields that it calls optional, without the
// headers of limits and of further pages, and without GraphQL. Another stand-in, a
// proxy or an older server may know no better.
func (s *Server) AnswerPlainly() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plainly = true
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
