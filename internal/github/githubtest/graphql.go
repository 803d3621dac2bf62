package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The queries that the server knows: who the token acts as, objects of a repository
// by their names, both at once, and folding a comment away.
var (
	viewerQuery  = regexp.MustCompile(`^\s*(query\s*\w*\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$`)
	objectsQuery = regexp.MustCompile(`^\s*query\s*\w*\s*\(((?:\s*\$\w+\s*:\s*String!\s*,?)+)\)\s*` +
		`\{\s*(viewer\s*\{\s*login\s*\}\s*,?\s*)?repository\s*\(\s*owner\s*:\s*\$(\w+)\s*,?\s*name\s*:\s*\$(\w+)\s*\)\s*\{(.+)\}\s*\}\s*$`)
	variable    = regexp.MustCompile(`\$(\w+)`)
	objectField = regexp.MustCompile(`^[\s,]*(\w+)\s*:\s*object\s*\(\s*oid\s*:\s*"([0-9a-f]{40}|[0-9a-f]{64})"\s*\)\s*` +
		`\{\s*\.\.\.\s*on\s+Blob\s*\{([\w\s,]+)\}\s*\}`)
	minimiseQuery = regexp.MustCompile(`^\s*mutation\s*\w*\s*\(\s*\$(\w+)\s*:\s*ID!\s*\)\s*\{\s*(un)?minimizeComment\s*\(\s*input\s*:\s*` +
		`\{\s*subjectId\s*:\s*\$(\w+)\s*(?:,\s*classifier\s*:\s*(\w+)\s*)?\}\s*\)\s*\{\s*(un)?minimizedComment\s*\{\s*isMinimized\s*\}\s*\}\s*\}\s*$`)
	// Fields that name an object by an expression, in a variable.
	tipField    = regexp.MustCompile(`^[\s,]*(\w+)\s*:\s*object\s*\(\s*expression\s*:\s*\$(\w+)\s*\)\s*\{\s*oid\s*\}`)
	folderField = regexp.MustCompile(`^[\s,]*(\w+)\s*:\s*object\s*\(\s*expression\s*:\s*\$(\w+)\s*\)\s*` +
		`\{\s*\.\.\.\s*on\s+Tree\s*\{\s*entries\s*\{\s*name\s+mode\s+oid\s*\}\s*\}\s*\}`)
)

// classifiers are GitHub's reasons for folding a comment away.
var classifiers = []string{"ABUSE", "DUPLICATE", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM"}

// textLimit is where GitHub's GraphQL interface cuts a file's text, in bytes.
const textLimit = 512_000

// graphQLRequest is the body of a GraphQL request.
type graphQLRequest struct {
	Query     string            `json:"query"`
	Variables map[string]string `json:"variables"`
}

// graphQL answers what REST does not tell a workflow's token, or only one by one.
func graphQL(c *call) answer {
	var request graphQLRequest
	if a, fine := c.decode(&request); !fine {
		return a
	}
	if viewerQuery.MatchString(request.Query) {
		return ok(object{"data": object{"viewer": object{"login": c.login}}})
	}
	if m := objectsQuery.FindStringSubmatch(request.Query); m != nil {
		return c.queryObjects(request, m)
	}
	if m := minimiseQuery.FindStringSubmatch(request.Query); m != nil {
		return c.minimise(request, m)
	}
	return invalidQuery("githubtest does not know the query")
}

// invalidQuery is a 200 like all of GraphQL's answers: the query did not run.
func invalidQuery(format string, args ...any) answer {
	return ok(object{"data": nil, "errors": []object{{"message": fmt.Sprintf(format, args...)}}})
}

// queryObjects answers a query whose parts are in m: the variables that it declares,
// the viewer if it asks for that, the variables that it uses for owner and name, and
// the fields.
func (c *call) queryObjects(request graphQLRequest, m []string) answer {
	given := map[string]string{}
	for _, declared := range variable.FindAllStringSubmatch(m[1], -1) {
		value, ok := request.Variables[declared[1]]
		if !ok {
			return invalidQuery("Variable $%s of type String! was provided invalid value", declared[1])
		}
		given[declared[1]] = value
	}
	fields, problem := parseObjectFields(m[5])
	if problem != "" {
		return invalidQuery("%s", problem)
	}
	used := []string{m[3], m[4]}
	for _, f := range fields {
		if f.variable != "" {
			used = append(used, f.variable)
		}
	}
	for _, name := range used {
		if _, ok := given[name]; !ok {
			return invalidQuery("Variable $%s is used but not declared", name)
		}
	}
	data := object{}
	if m[2] != "" {
		data["viewer"] = object{"login": c.login}
	}
	return c.queryRepository(given, given[m[3]], given[m[4]], fields, data)
}

// queryRepository adds the fields of a repository to the data.
func (c *call) queryRepository(given map[string]string, owner, name string, fields []queriedObject, data object) answer {
	repo := c.server.repositories[strings.ToLower(owner+"/"+name)]
	if repo == nil {
		data["repository"] = nil
		return ok(object{"data": data, "errors": []object{{
			"type": "NOT_FOUND", "path": []string{"repository"},
			"message": fmt.Sprintf("Could not resolve to a Repository with the name '%s/%s'.", owner, name),
		}}})
	}
	allowed := readContents(c.server.tokens[bearer(c.Request)].permissions)
	found, refused := object{}, []object{}
	for _, f := range fields {
		switch found[f.alias] = nil; {
		case !allowed:
			refused = append(refused, forbiddenField("repository", f.alias))
		case f.variable != "":
			found[f.alias] = repo.queryExpression(given[f.variable], f.tree)
		default:
			found[f.alias] = repo.queryObject(f)
		}
	}
	data["repository"] = found
	body := object{"data": data}
	if len(refused) > 0 {
		body["errors"] = refused
	}
	return ok(body)
}

// queryExpression returns the object that an expression names, a revision or a path
// in one: with its name, or with its entries if it is a tree.
func (r *Repository) queryExpression(expression string, tree bool) any {
	revision, name, isPath := strings.Cut(expression, ":")
	id, ok := r.resolve(strings.TrimPrefix(revision, "refs/heads/"))
	if !ok {
		return nil
	}
	at := id
	if isPath {
		at = r.objects.commits[id].tree
		for _, part := range strings.FieldsFunc(name, func(c rune) bool { return c == '/' }) {
			i := slices.IndexFunc(r.objects.trees[at], func(e treeEntry) bool { return e.path == part })
			if i < 0 {
				return nil
			}
			at = r.objects.trees[at][i].id
		}
	}
	if !tree {
		return object{"oid": at}
	}
	entries, isTree := r.objects.trees[at]
	if !isTree {
		return object{}
	}
	list := []object{}
	for _, e := range entries {
		mode, err := strconv.ParseInt(e.mode, 8, 32)
		if err != nil {
			panic(err)
		}
		list = append(list, object{"name": e.path, "mode": mode, "oid": e.id})
	}
	return object{"entries": list}
}

// queriedObject is one field of an objects query: what it is to be called, the
// object's name, and the fields of a blob that are wanted.
type queriedObject struct {
	alias, id string
	wanted    []string
	variable  string // that has the object's expression; empty: it is named by id
	tree      bool   // its entries are wanted
}

// minimise folds a comment away or shows it again. The parts of the mutation in m
// are its variable, whether it begins with un, the variable that it uses, the
// classifier, and the beginning of the field that it asks for.
func (c *call) minimise(request graphQLRequest, m []string) answer {
	id, given := request.Variables[m[3]]
	undo, field := m[2] != "", m[2]+"minimizeComment"
	switch {
	case m[1] != m[3] || !given:
		return invalidQuery("Variable $%s is not declared or has no value", m[3])
	case m[5] != m[2]:
		return invalidQuery("Field '%sminimizedComment' doesn't exist on type '%sMinimizeCommentPayload'", m[5], m[2])
	case undo != (m[4] == "") || !undo && !slices.Contains(classifiers, m[4]):
		return invalidQuery("Argument 'classifier' has the invalid value %q", m[4])
	}
	folded := c.server.foldable(id)
	if folded == nil {
		return ok(object{"data": object{field: nil}, "errors": []object{{
			"type": "NOT_FOUND", "path": []string{field},
			"message": fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id),
		}}})
	}
	if p := c.server.tokens[bearer(c.Request)].permissions; p.PullRequests < Write && p.Issues < Write {
		return ok(object{"data": object{field: nil}, "errors": []object{forbiddenField(field)}})
	}
	c.server.Clock.tick()
	*folded = m[4]
	return ok(object{"data": object{field: object{m[2] + "minimizedComment": object{"isMinimized": !undo}}}})
}

// foldable finds where a comment of that global identifier keeps why it is
// folded away.
func (s *Server) foldable(id string) *string {
	for _, r := range s.repositories {
		for _, p := range r.pulls {
			for i := range p.comments {
				if nodeID("12:IssueComment", p.comments[i].ID) == id {
					return &p.comments[i].Minimised
				}
			}
			for _, rc := range p.visibleComments() {
				if nodeID("24:PullRequestReviewComment", rc.ID) == id {
					return &rc.Minimised
				}
			}
		}
	}
	return nil
}

// parseObjectFields reads the fields of a repository; problem is empty if the
// query is valid.
func parseObjectFields(text string) (fields []queriedObject, problem string) {
	known := queryBlob("")
	taken := map[string]bool{}
	for strings.Trim(text, " \t\r\n,") != "" {
		f, length := parseObjectField(text)
		if length == 0 {
			return nil, fmt.Sprintf("githubtest does not know the field at %.40q", text)
		}
		text = text[length:]
		if taken[f.alias] {
			return nil, fmt.Sprintf("githubtest wants the alias '%s' once only", f.alias)
		}
		taken[f.alias] = true
		for _, name := range f.wanted {
			if _, ok := known[name]; !ok {
				return nil, fmt.Sprintf("Field '%s' doesn't exist on type 'Blob'", name)
			}
		}
		fields = append(fields, f)
	}
	return fields, ""
}

// parseObjectField reads the field at the text's beginning, and how long it is.
func parseObjectField(text string) (f queriedObject, length int) {
	if m := tipField.FindStringSubmatch(text); m != nil {
		return queriedObject{alias: m[1], variable: m[2]}, len(m[0])
	}
	if m := folderField.FindStringSubmatch(text); m != nil {
		return queriedObject{alias: m[1], variable: m[2], tree: true}, len(m[0])
	}
	m := objectField.FindStringSubmatch(text)
	if m == nil {
		return f, 0
	}
	return queriedObject{alias: m[1], id: m[2], wanted: strings.Fields(strings.ReplaceAll(m[3], ",", " "))}, len(m[0])
}

// forbiddenField is how GraphQL says that the token lacks a permission.
func forbiddenField(path ...string) object {
	return object{
		"type": "FORBIDDEN", "path": path, "extensions": object{"saml_failure": false},
		"message": "Resource not accessible by integration",
	}
}

// queryObject returns what is wanted of an object as far as it is a blob; nil
// if there is no such object.
func (r *Repository) queryObject(f queriedObject) any {
	data, isBlob := r.objects.blobs[f.id]
	if !isBlob {
		if r.objects.trees[f.id] != nil || r.objects.commits[f.id] != nil {
			return object{}
		}
		return nil
	}
	blob, selected := queryBlob(data), object{}
	for _, name := range f.wanted {
		selected[name] = blob[name]
	}
	return selected
}

// queryBlob renders a blob as GraphQL has it, whose text is always UTF-8: cut
// when it is long, none when it is binary, converted when it is anything else.
func queryBlob(data string) object {
	text := func(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }
	switch {
	case len(data) > textLimit: // GitHub does not look into it
		return object{"byteSize": len(data), "isBinary": nil, "isTruncated": true, "text": text(data[:textLimit])}
	case strings.Contains(data, "\x00"):
		return object{"byteSize": len(data), "isBinary": true, "isTruncated": false, "text": nil}
	}
	return object{"byteSize": len(data), "isBinary": false, "isTruncated": false, "text": text(data)}
}

// getUser answers GET /user, which a workflow's token may not ask.
func getUser(c *call) answer {
	if isBot(c.login) {
		return notAllowed()
	}
	return answer{status: http.StatusOK, body: c.server.user(c.login)}
}
