package analyzer

import (
	"testing"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
)

// TestReadAllPanics holds that a panic of a worker reaches whoever asked: in its own
// goroutine it would end the program, and print what it quotes as it is.
func TestReadAllPanics(t *testing.T) {
	var all []*migration.Migration
	for _, name := range []string{"1.sql", "2.sql", "3.sql"} {
		all = append(all, migration.Read(source.New(name, []byte("SELECT 1;")), ""))
	}
	defer func() {
		if got := recover(); got != "forged" {
			t.Errorf("recovered %v, want the panic of a worker", got)
		}
	}()
	readAll(all, func(*migration.Migration) map[string]*source.File { panic("forged") }, Options{Jobs: 2})
	t.Error("it went on")
}
