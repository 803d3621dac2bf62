// Package githubtest is a stand-in for GitHub in tests: a server with state,
// which answers the part of the REST interface that dropgate uses and refuses
// what GitHub refuses. A test sets up repositories, commits and pull requests
// in Go, points a client at the server's address and then looks at what the
// client left behind.
//
// Every request and every answer is held against GitHub's own OpenAPI
// description (testdata/github-openapi-slim.json). What does not fit is
// collected by [Server.Violations], and fails the test that [Server.Start] was
// given.
//
// There is no wall time: all dates come from [Clock]. The same calls give the
// same identifiers, so that golden files stay stable.
//
// The methods that set up state panic when the test asks for something that
// cannot be, such as a pull request from a branch that does not exist.
package githubtest
