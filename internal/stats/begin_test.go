package stats

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/pgtest"
)

// TestBegin holds what the server is told before the query.
func TestBegin(t *testing.T) {
	conn := pgtest.Start(t).Database(t)
	for _, tt := range []struct {
		timeout time.Duration
		want    map[string]string
	}{
		{30 * time.Second, map[string]string{"statement_timeout": "30s", "lock_timeout": "3s"}},
		{time.Second, map[string]string{"statement_timeout": "1s", "lock_timeout": "500ms"}},
		{0, map[string]string{"statement_timeout": "1ms", "lock_timeout": "1ms"}},
	} {
		if err := begin(t.Context(), conn.PgConn(), tt.timeout); err != nil {
			t.Fatal(err)
		}
		tt.want["transaction_read_only"], tt.want["search_path"] = "on", "pg_catalog"
		tt.want["TimeZone"] = "UTC"
		got := map[string]string{}
		for name := range tt.want {
			var value string
			if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&value); err != nil {
				t.Fatal(err)
			}
			got[name] = value
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("settings with %s (-want +got):\n%s", tt.timeout, diff)
		}
		if _, err := conn.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
	}
}
