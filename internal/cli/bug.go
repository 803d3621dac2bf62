package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/dropgate/dropgate/internal/report"
)

// A bug is a panic as an error: "could not review", like any other, so that a
// status is taken back, outputs are written, and nothing passes.
type bug struct {
	value any
	stack []byte
}

// Error returns one line, for the value may quote what is under review.
func (b *bug) Error() string {
	return "this is a bug in dropgate, please report it: " + report.Visible(fmt.Sprint(b.value))
}

// guarded calls do and makes an error of its panic.
func guarded(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &bug{value, debug.Stack()}
		}
	}()
	return do()
}
