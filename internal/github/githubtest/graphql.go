package githubtest

import (
	"net/http"
	"regexp"
)

// viewerQuery is the one query that the server knows.
var viewerQuery = regexp.MustCompile(`^\s*(query\s*\w*\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$`)

// graphQL tells who the token acts as, which the REST interface does not tell
// a workflow's token.
func graphQL(c *call) answer {
	var request struct {
		Query string `json:"query"`
	}
	if a, fine := c.decode(&request); !fine {
		return a
	}
	if !viewerQuery.MatchString(request.Query) {
		return ok(object{"data": nil, "errors": []object{{"message": "githubtest answers { viewer { login } } only"}}})
	}
	return ok(object{"data": object{"viewer": object{"login": c.login}}})
}

// getUser answers GET /user, which a workflow's token may not ask.
func getUser(c *call) answer {
	if isBot(c.login) {
		return notAllowed()
	}
	return answer{status: http.StatusOK, body: c.server.user(c.login)}
}
