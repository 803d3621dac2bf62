package schematest_test

import (
	"fmt"
	"testing"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schematest"
)

// TestSequences runs generated statements on PostgreSQL and wants the catalog to say
// the same of those that the server takes.
func TestSequences(t *testing.T) {
	server := pgtest.Start(t)
	for seed := range uint64(sequences) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			text := prologue + newWriter(seed).script(40)
			m := migration.Read(source.New("a.sql", []byte(text)), "sql")
			results, err := schematest.Run(t.Context(), server, "", []*migration.Migration{m})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				if len(r.Refused) > 36 {
					t.Errorf("%d statements are refused: nothing is tested", len(r.Refused))
				}
				for _, d := range r.Differences {
					t.Error(d)
				}
				if t.Failed() {
					t.Logf("%s\nrefused: %q", text, r.Refused)
				}
			}
		})
	}
}

// sequences is how many are run.
const sequences = 100
