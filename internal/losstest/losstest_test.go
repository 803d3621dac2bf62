package losstest_test

import (
	"testing"

	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
)

const dir = "../../testdata/loss"

func TestMain(m *testing.M) { pgtest.Main(m) }

func load(t *testing.T) []losstest.Case {
	t.Helper()
	cases, err := losstest.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestCasesAgainstPostgreSQL(t *testing.T) {
	server := pgtest.Start(t)
	for _, c := range load(t) {
		t.Run(c.Name, func(t *testing.T) {
			outcome, err := losstest.Execute(t.Context(), server, c)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("losses %v, kept %v, error %q", outcome.Losses, outcome.Kept, outcome.Error)
			if outcome.Lost() != c.Blocked && c.Border == "" {
				t.Errorf("got loss %v (%v), want blocked %v, and no border says why they differ; error: %q",
					outcome.Lost(), outcome.Losses, c.Blocked, outcome.Error)
			}
		})
	}
}
