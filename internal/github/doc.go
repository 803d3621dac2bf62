// Package github reads a pull request and publishes a review on it. It is the
// only user of the GitHub API.
//
// Reading decides the verdict, so an answer that holds less than it promises is
// an error here, never a shorter list. Publishing comes after the verdict: its
// errors are typed (see [ErrForbidden]) so that a caller can warn and go on.
//
// Nothing that a pull request's author can write is trusted: dropgate's own
// comments are told by their author together with a hidden marker at their very
// beginning, and its record by a checksum at their very end.
package github
