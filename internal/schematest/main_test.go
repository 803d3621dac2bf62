package schematest_test

import (
	"testing"

	"github.com/dropgate/dropgate/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
