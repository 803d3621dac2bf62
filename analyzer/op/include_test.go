package op_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
)

func TestIncludePaths(t *testing.T) {
	for _, tt := range []struct {
		from, path string
		relative   bool
		want       []string
	}{
		{"db/deploy/a.sql", "b.sql", true, []string{"db/deploy/b.sql"}},
		{"db/deploy/a.sql", "../b.sql", true, []string{"db/b.sql"}},
		{"db/deploy/a.sql", "../../../b.sql", true, nil},
		{"db/deploy/a.sql", "lib/b.sql", false, []string{"lib/b.sql", "db/deploy/lib/b.sql", "db/lib/b.sql"}},
		{"db/deploy/a.sql", "../b.sql", false, []string{"db/b.sql", "b.sql"}},
		{"db/deploy/a.sql", "./x/../b.sql", false, []string{"b.sql", "db/deploy/b.sql", "db/b.sql"}},
		{"a.sql", "b.sql", false, []string{"b.sql"}},
		{"a.sql", "b.sql", true, []string{"b.sql"}},
		{"a.sql", "/etc/passwd", false, nil},
		{"a.sql", "~/b.sql", true, nil},
		{"a.sql", "", true, nil},
		{"a.sql", "..", true, nil},
		{"../x/a.sql", "b.sql", true, []string{"../x/b.sql"}},
		{"../x/a.sql", "b.sql", false, []string{"../x/b.sql"}},
		{"../x/a.sql", "../y/b.sql", true, nil},
		{"/x/y/a.sql", "z/b.sql", false, []string{"/x/y/z/b.sql"}},
		{"/x/y/a.sql", "../b.sql", false, nil},
	} {
		i := &op.Include{Path: tt.path, Relative: tt.relative}
		if diff := cmp.Diff(tt.want, i.Paths(tt.from)); diff != "" {
			t.Errorf("%s in %s, relative %v (-want +got):\n%s", tt.path, tt.from, tt.relative, diff)
		}
	}
}
