package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// object is a JSON object that is about to be sent.
type object = map[string]any

// answer is what a handler wants to be sent. With raw, body is not looked at.
type answer struct {
	status int
	header http.Header
	body   any
	raw    []byte
	cut    bool // in the middle of the body
}

func (a answer) bytes() []byte {
	if a.raw != nil || a.body == nil {
		return a.raw
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a.body); err != nil {
		panic(fmt.Sprintf("githubtest: encode answer: %v", err))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func (a answer) contentType() string {
	if kind := a.header.Get("Content-Type"); kind != "" {
		return kind
	}
	return "application/json; charset=utf-8"
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func created(body any) answer { return answer{status: http.StatusCreated, body: body} }

func refuse(status int, message string) answer {
	return answer{status: status, body: object{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	}}
}

func notFound() answer { return refuse(http.StatusNotFound, "Not Found") }

// notAllowed is what GitHub tells a token of a workflow that lacks a permission.
func notAllowed() answer {
	return refuse(http.StatusForbidden, "Resource not accessible by integration")
}

// invalid is a 422 whose errors are sentences.
func invalid(message string, problems ...string) answer {
	a := refuse(http.StatusUnprocessableEntity, message)
	if len(problems) > 0 {
		a.body.(object)["errors"] = problems
	}
	return a
}

// invalidField is a 422 whose error is an object.
func invalidField(resource, field, code, message string) answer {
	a := refuse(http.StatusUnprocessableEntity, "Validation Failed")
	problem := object{"resource": resource, "code": code, "field": field}
	if message != "" {
		problem["message"] = message
	}
	a.body.(object)["errors"] = []object{problem}
	return a
}

// call is a request that has reached its handler.
type call struct {
	*http.Request
	server *Server
	login  string // who the token acts as
	repo   *Repository
}

// decode reads the request's body; an empty one leaves value as it is.
func (c *call) decode(value any) (answer, bool) {
	var body bytes.Buffer
	if _, err := body.ReadFrom(c.Body); err != nil {
		return refuse(http.StatusBadRequest, "Problems parsing JSON"), false
	}
	if body.Len() == 0 {
		return answer{}, true
	}
	if err := json.Unmarshal(body.Bytes(), value); err != nil {
		return refuse(http.StatusBadRequest, "Problems parsing JSON"), false
	}
	return answer{}, true
}

// pull finds the pull request that the path names.
func (c *call) pull() *PullRequest {
	n, err := strconv.Atoi(c.PathValue("number"))
	if err != nil || n < 1 || n > len(c.repo.pulls) {
		return nil
	}
	return c.repo.pulls[n-1]
}

// identifier is the path's {id}; 0 if it is no number.
func (c *call) identifier() int64 {
	id, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// accepts tells whether the request asks for a GitHub media type such as raw
// or diff, in any of its spellings.
func (c *call) accepts(kind string) bool {
	for part := range strings.SplitSeq(c.Header.Get("Accept"), ",") {
		name, ok := strings.CutPrefix(strings.TrimSpace(part), "application/vnd.github.")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(strings.TrimPrefix(name, "v3."), "+json")
		if name == kind {
			return true
		}
	}
	return false
}

// paged answers with the page of items that the request asks for, and links to
// the others.
func paged[T any](c *call, items []T, render func(T) any) answer {
	page, header := pageOf(c, items, 30)
	list := make([]any, 0, len(page))
	for _, item := range page {
		list = append(list, render(item))
	}
	a := ok(list)
	a.header = header
	return a
}

func pageOf[T any](c *call, items []T, size int) ([]T, http.Header) {
	query := c.URL.Query()
	if n, err := strconv.Atoi(query.Get("per_page")); err == nil && n > 0 {
		size = min(n, 100)
	}
	if c.server != nil && c.server.manners.Page < 0 {
		return items, nil
	}
	if c.server != nil && c.server.manners.Page > 0 {
		size = c.server.manners.Page
	}
	page := 1
	if n, err := strconv.Atoi(query.Get("page")); err == nil && n > 0 {
		page = n
	}
	last := max(1, (len(items)+size-1)/size)
	header := http.Header{}
	if link := links(c.Request, page, last); link != "" {
		header.Set("Link", link)
	}
	from := min((page-1)*size, len(items))
	return items[from:min(from+size, len(items))], header
}

// links writes the Link header; it is empty when there is one page only.
func links(r *http.Request, page, last int) string {
	var parts []string
	add := func(n int, rel string) {
		query := r.URL.Query()
		query.Set("page", strconv.Itoa(n))
		target := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query.Encode()}
		parts = append(parts, fmt.Sprintf("<%s>; rel=%q", target.String(), rel))
	}
	if page > 1 {
		add(min(page-1, last), "prev")
	}
	if page < last {
		add(page+1, "next")
		add(last, "last")
	}
	if page > 1 {
		add(1, "first")
	}
	return strings.Join(parts, ", ")
}
