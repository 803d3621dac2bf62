package dropgate_test

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// checkDrill holds that the shown restore drill is the file that .ci/lint reads, and
// that it runs the script beside it, on the base branch, with no right but to read.
func checkDrill(t *testing.T, text string) {
	t.Helper()
	if diff := cmp.Diff(readFile(t, "docs/examples/restore-drill.yml"), text); diff != "" {
		t.Errorf("docs/examples/restore-drill.yml is another (- the file, + the page):\n%s", diff)
	}
	var w struct {
		On          map[string]any
		Permissions map[string]string
		Jobs        map[string]struct {
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if _, byHand := w.On["workflow_dispatch"]; len(w.On) != 2 || w.On["schedule"] == nil || !byHand {
		t.Errorf("it runs on %v, want a schedule and by hand: what else starts it is no evidence", w.On)
	}
	if diff := cmp.Diff(map[string]string{"contents": "read"}, w.Permissions); diff != "" {
		t.Errorf("permissions:\n%s", diff)
	}
	script, ran := readFile(t, "docs/examples/restore-drill.sh"), false
	for _, s := range w.Jobs["restore"].Steps {
		ran = ran || s.Run == "bash .github/restore-drill.sh"
		for name, value := range s.Env {
			if strings.HasSuffix(name, "_URL") && !strings.Contains(script, "${"+name+":-}") {
				t.Errorf("it sets %s, which the script does not read", name)
			}
			if name == "PGPASSWORD" && !strings.HasPrefix(value, "${{ secrets.") {
				t.Errorf("PGPASSWORD is %q, want a secret", value)
			}
		}
	}
	if !ran {
		t.Error("no step runs the script")
	}
}
