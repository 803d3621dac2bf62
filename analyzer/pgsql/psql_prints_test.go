package pgsql

import "testing"

func TestPrints(t *testing.T) {
	for command, want := range map[string]bool{
		"`cat /run/secrets/reader-name`":     true,
		"` echo ${READER} \"$HOME/x\" `":     true,
		"`date +%Y-%m-%d`":                   true,
		"`whoami`":                           true,
		"`make`":                             false,
		"`cat x; psql -f y`":                 false,
		"`cat x | psql`":                     false,
		"`cat x && psql -f y`":               false,
		"`cat x > y`":                        false,
		"`echo $(psql -f y)`":                false,
		"`cat <(psql -f y)`":                 false,
		"`cat :file`":                        false,
		"`echo x\\\npsql -f y`":              false,
		"`catalog`":                          false,
		"`env cat x`":                        false,
		"`printenv X`":                       true,
		"`cat x\npsql -f y`":                 false,
		"`dirname /a/b`":                     true,
		"`echo":                              false,
		"`x=1 cat x`":                        false,
		"`cat x & psql`":                     false,
		"`echo {a,b} ~/x A=1 50% u@example`": true,
	} {
		if got := prints.MatchString(command); got != want {
			t.Errorf("%s prints only: got %t, want %t", command, got, want)
		}
	}
}
