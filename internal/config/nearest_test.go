package config

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"check", "drop-table", "drop-type", "version"}
	for name, want := range map[string]string{
		"chekc": "check", "drop-tabel": "drop-table", "drop_table": "drop-table", "vesrion": "version",
		"che": "check", "migrations": "", "": "",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}
