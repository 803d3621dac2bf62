package cli

import (
	"fmt"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
)

// An event need not hold more than what is asked of it.
func TestActionSmallEvents(t *testing.T) {
	const head = `"head":{"sha":%q}`
	for name, tt := range map[string]struct {
		event string // with a place for the head
		state gate.State
	}{
		"opened":             {`{"action":"opened","number":1,"pull_request":{` + head + `}}`, gate.Stale},
		"labeled":            {`{"action":"labeled","number":1,"label":{"name":"backup-check"},"pull_request":{` + head + `}}`, gate.Valid},
		"number inside":      {`{"action":"labeled","label":{"name":"backup-check"},"pull_request":{"number":1,` + head + `}}`, gate.Valid},
		"in capital letters": {`{"action":"labeled","number":1,"label":{"name":"Backup-Check"},"pull_request":{` + head + `}}`, gate.Valid},
		"null user":          {`{"action":"labeled","number":1,"label":{"name":"backup-check"},"sender":null,"pull_request":{"user":null,"body":null,` + head + `}}`, gate.Valid},
		"another label":      {`{"action":"labeled","number":1,"label":{"name":"backup"},"pull_request":{` + head + `}}`, gate.Stale},
		"no label":           {`{"action":"labeled","number":1,"pull_request":{` + head + `}}`, gate.Stale},
		"no action":          {`{"number":1,"label":{"name":"backup-check"},"pull_request":{` + head + `}}`, gate.Stale},
		"no head":            {`{"action":"labeled","number":1,"label":{"name":"backup-check"},"x":%q}`, gate.Stale},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.pr.Label(label, "bob")
			code := exitBlocked
			if tt.state == gate.Valid {
				code = exitClear
			}
			s.run(fmt.Appendf(nil, tt.event, s.pr.HeadSHA())).want(t, code, tt.state, users)
		})
	}
}
