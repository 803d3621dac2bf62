package cli

import (
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
)

// TestKeepFormat holds that a change cannot hide SQL in the Down section of a tool
// that its folder is not run with.
func TestKeepFormat(t *testing.T) {
	const hidden = "-- +goose Up\n-- +goose Down\nDROP TABLE users;\n"
	for _, tt := range []struct {
		name, earlier, text, want string
	}{
		{"another tool's directives", "CREATE TABLE users (id int);", hidden, "up"},
		{"both sections", "CREATE TABLE users (id int);", "-- +goose Up\nSELECT 1;\n" + hidden[13:], "up"},
		{"the folder's own tool", "-- +goose Up\nCREATE TABLE users (id int);", hidden, "down"},
		{"a folder without history", "", hidden, "down"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read := func(path, text string) *migration.Migration {
				return migration.Read(source.New(path, []byte(text)), "")
			}
			c := &change{files: []analyzer.ChangedFile{{Migration: read("migrations/0002_b.sql", tt.text)}}}
			if tt.earlier != "" {
				c.history = append(c.history, read("migrations/0001_a.sql", tt.earlier))
			}
			keepFormat(c, nil)
			if got := c.files[0].Migration.Direction(); got != tt.want {
				t.Errorf("got direction %s, want %s", got, tt.want)
			}
		})
	}
}
