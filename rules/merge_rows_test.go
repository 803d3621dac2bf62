package rules_test

import (
	"strings"
	"testing"
)

// TestMergeRest holds that MERGE takes rows that its join does not match, whatever
// the join says, where it has WHEN NOT MATCHED BY SOURCE.
func TestMergeRest(t *testing.T) {
	const before = "CREATE TABLE stock (id int PRIMARY KEY, n int); CREATE TABLE news (id int);"
	for _, tt := range []struct {
		change string
		want   bool
	}{
		{"MERGE INTO stock s USING news w ON s.id = w.id WHEN NOT MATCHED BY SOURCE THEN DELETE;", true},
		{"MERGE INTO stock s USING news w ON false WHEN NOT MATCHED BY SOURCE AND s.n > 0 THEN DELETE RETURNING s.id;", true},
		{"MERGE INTO stock s USING (VALUES (1)) w(id) ON s.id = w.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = 0;", true},
		{"MERGE INTO stock s USING (VALUES (1)) w(id) ON s.id = w.id WHEN MATCHED THEN DELETE;", false},
		{"MERGE INTO stock s USING news w ON s.id = w.id WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (w.id, 1);", false},
	} {
		got := false
		for _, f := range judge(before, tt.change) {
			got = got || f.Rule == "merge-rows" && f.Blocking
			if tt.want && !strings.Contains(f.Message, "WHEN NOT MATCHED BY SOURCE") {
				t.Errorf("%s: the message %q does not say which rows", tt.change, f.Message)
			}
		}
		if got != tt.want {
			t.Errorf("%s: got blocked %t, want %t", tt.change, got, tt.want)
		}
	}
}
