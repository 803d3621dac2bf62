package githubtest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

//go:embed testdata/github-openapi-slim.json
var openAPI []byte

// schema is GitHub's description of its interface, ready to be asked.
type schema struct{ router routers.Router }

// loadSchema reads the description once for the whole process.
var loadSchema = sync.OnceValue(func() *schema {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		panic(fmt.Sprintf("githubtest: load OpenAPI description: %v", err))
	}
	doc.Servers = nil // any address
	correct(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(fmt.Sprintf("githubtest: route OpenAPI description: %v", err))
	}
	return &schema{router}
})

// correct mends the description where GitHub is known to answer otherwise: the
// place of an outdated comment is null.
func correct(doc *openapi3.T) {
	comment := doc.Components.Schemas["pull-request-review-comment"].Value
	for _, name := range []string{"line", "position"} {
		comment.Properties[name].Value.Nullable = true
	}
}

// tail finds the path parameters that may hold slashes, which a route of the
// description does not match: the last element has to be escaped before.
var tail = regexp.MustCompile(`^(/repos/[^/]+/[^/]+/(?:contents|compare|git/ref|tarball|rules/branches)/)(.*)$`)

// undescribed are the paths that the description does not have.
var undescribed = map[string]bool{"/graphql": true, "/user": true}

// checked is a request that was held against the description.
type checked struct {
	problems []string
	input    *openapi3filter.RequestValidationInput // nil: there is no description
}

// request holds a request against the description.
func (s *schema) request(r *http.Request, body []byte) checked {
	header := strayHeader(r, body)
	if undescribed[r.URL.Path] || strings.HasPrefix(r.URL.Path, "/orgs/") {
		return checked{problems: header}
	}
	clone := r.Clone(context.Background())
	clone.Body = io.NopCloser(bytes.NewReader(body))
	clone.URL = escapeTail(r.URL)
	if len(body) > 0 && clone.Header.Get("Content-Type") == "" {
		clone.Header.Set("Content-Type", "application/json") // GitHub takes it as such
	}
	route, params, err := s.router.FindRoute(clone)
	if err != nil {
		return checked{problems: []string{"not in the description: " + err.Error()}}
	}
	c := checked{input: &openapi3filter.RequestValidationInput{
		Request: clone, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			MultiError: true, IncludeResponseStatus: true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	}}
	// GitHub also takes a bare list of labels, which the description leaves out.
	c.input.Options.ExcludeRequestBody = route.Operation.OperationID == "issues/add-labels" && bytes.HasPrefix(body, []byte("["))
	if err := openapi3filter.ValidateRequest(context.Background(), c.input); err != nil {
		c.problems = append(c.problems, firstLines(err))
	}
	c.problems = append(c.problems, header...)
	c.problems = append(c.problems, strayQuery(route, r.URL.Query())...)
	c.problems = append(c.problems, strayFields(route, body)...)
	return c
}

// escapeTail escapes the slashes in a path's last parameter.
func escapeTail(u *url.URL) *url.URL {
	copied := *u
	m := tail.FindStringSubmatch(u.Path)
	if m == nil {
		return &copied
	}
	if m[2] == "" {
		m[2] = "." // the root of the contents
	}
	copied.Path = m[1] + m[2]
	copied.RawPath = m[1] + url.PathEscape(m[2])
	return &copied
}

// answer holds an answer against the description of the request's operation.
func (c checked) answer(a answer) []string {
	if c.input == nil || a.status == http.StatusUnauthorized {
		return nil
	}
	status := a.status
	if status == http.StatusForbidden || status == http.StatusNotFound {
		// Any operation can be refused like this, described or not.
		if c.input.Route.Operation.Responses.Value(strconv.Itoa(status)) == nil {
			return nil
		}
	}
	json := strings.HasPrefix(a.contentType(), "application/json")
	options := *c.input.Options
	options.ExcludeResponseBody = !json || a.status == http.StatusNoContent || a.status == http.StatusFound
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: c.input,
		Status:                 status,
		Header:                 http.Header{"Content-Type": {"application/json"}},
		Body:                   io.NopCloser(bytes.NewReader(a.bytes())),
		Options:                &options,
	})
	if err != nil {
		return []string{firstLines(err)}
	}
	return nil
}

// strayHeader finds what GitHub asks of every request, and does not have: a name for
// the program, a version of the interface, a media type of GitHub's, and JSON. The
// tests' own requests are not held to that.
func strayHeader(r *http.Request, body []byte) []string {
	h := r.Header
	if strings.HasPrefix(h.Get("User-Agent"), "Go-http-client/") {
		return nil
	}
	var problems []string
	if got := h.Get("User-Agent"); got != "dropgate" {
		problems = append(problems, fmt.Sprintf("the program is called %q", got))
	}
	if got := h.Get("X-GitHub-Api-Version"); got != "2022-11-28" {
		problems = append(problems, fmt.Sprintf("the version of the interface is %q", got))
	}
	if got := h.Get("Accept"); !strings.HasPrefix(got, "application/vnd.github.") {
		problems = append(problems, fmt.Sprintf("the answer is to be %q", got))
	}
	if got := h.Get("Content-Type"); len(body) > 0 && got != "application/json" {
		problems = append(problems, fmt.Sprintf("the body is %q", got))
	}
	if got := h.Get("Authorization"); !strings.HasPrefix(got, "Bearer ") {
		problems = append(problems, "it brings no token")
	}
	return problems
}

// strayQuery finds query parameters that the operation does not have, and
// pages larger than GitHub gives.
func strayQuery(route *routers.Route, query url.Values) []string {
	known := map[string]bool{}
	for _, list := range []openapi3.Parameters{route.PathItem.Parameters, route.Operation.Parameters} {
		for _, p := range list {
			known[p.Value.Name] = p.Value.In == openapi3.ParameterInQuery
		}
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !known[name] {
			problems = append(problems, fmt.Sprintf("unknown query parameter %q", name))
		}
	}
	if n, err := strconv.Atoi(query.Get("per_page")); err == nil && n > 100 {
		problems = append(problems, fmt.Sprintf("per_page is %d, GitHub gives 100", n))
	}
	return problems
}

// strayFields finds fields of the request's body that the operation does not
// have. The description itself allows any, so that a misspelt one would pass.
func strayFields(route *routers.Route, body []byte) []string {
	if len(body) == 0 || route.Operation.RequestBody == nil {
		return nil
	}
	media := route.Operation.RequestBody.Value.Content.Get("application/json")
	var value any
	if media == nil || json.Unmarshal(body, &value) != nil {
		return nil
	}
	return stray(media.Schema.Value, value, "")
}

func stray(s *openapi3.Schema, value any, where string) []string {
	var problems []string
	switch value := value.(type) {
	case []any:
		if s.Items == nil {
			return nil
		}
		for i, item := range value {
			problems = append(problems, stray(s.Items.Value, item, fmt.Sprintf("%s[%d]", where, i))...)
		}
	case map[string]any:
		if len(s.Properties) == 0 {
			return nil // a choice of schemas, or free
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			property := s.Properties[name]
			if property == nil {
				problems = append(problems, fmt.Sprintf("unknown field %q", strings.TrimPrefix(where+"."+name, ".")))
				continue
			}
			problems = append(problems, stray(property.Value, value[name], where+"."+name)...)
		}
	}
	return problems
}

// firstLines shortens the validator's message, which prints schema and value.
func firstLines(err error) string {
	var kept []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "Schema:") || strings.HasPrefix(line, "Value:") {
			continue
		}
		if kept = append(kept, line); len(kept) == 6 {
			break
		}
	}
	text := strings.Join(kept, " ")
	return text[:min(len(text), 1200)]
}
