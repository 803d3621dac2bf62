package pgtest_test

import (
	"testing"

	"github.com/dropgate/dropgate/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestStartIsCached(t *testing.T) {
	if first, second := pgtest.Start(t), pgtest.Start(t); first != second {
		t.Error("got two servers, want one for the whole process")
	}
}

func TestDatabasesAreApart(t *testing.T) {
	server := pgtest.Start(t)
	first, second := server.Database(t), server.Database(t)
	if _, err := first.Exec(t.Context(), "CREATE TABLE only_here (id int)"); err != nil {
		t.Fatal(err)
	}
	var tables int
	const count = "SELECT count(*) FROM pg_class WHERE relname = 'only_here'"
	if err := second.QueryRow(t.Context(), count).Scan(&tables); err != nil {
		t.Fatal(err)
	}
	if tables != 0 {
		t.Errorf("got %d tables of the first database in the second, want 0", tables)
	}
}

func TestDatabaseGoesWithItsTest(t *testing.T) {
	server := pgtest.Start(t)
	var name string
	t.Run("user", func(t *testing.T) {
		conn := server.Database(t)
		if err := conn.QueryRow(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	if conn, err := server.Connect(t.Context(), name); err == nil {
		_ = conn.Close(t.Context())
		t.Errorf("database %s is still there after its test", name)
	}
}

func TestSettings(t *testing.T) {
	conn := pgtest.Start(t).Database(t)
	for setting, want := range map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
		"listen_addresses": "", "TimeZone": "UTC", "server_encoding": "UTF8", "lc_collate": "C.UTF-8",
		"is_superuser": "on",
	} {
		var got string
		// lc_collate stopped being a setting in PostgreSQL 16.
		sql := "SELECT current_setting($1)"
		if setting == "lc_collate" {
			sql = "SELECT datcollate FROM pg_database WHERE datname = current_database() AND $1 <> ''"
		}
		if err := conn.QueryRow(t.Context(), sql, setting).Scan(&got); err != nil {
			t.Fatalf("read %s: %v", setting, err)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", setting, got, want)
		}
	}
}

func TestMajor(t *testing.T) {
	if got := pgtest.Start(t).Major(); got < 12 || got > 99 {
		t.Errorf("got major version %d, want one of a PostgreSQL that is alive", got)
	}
}
