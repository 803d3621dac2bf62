package usage_test

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/usage"
)

func BenchmarkSearch(b *testing.B) {
	text := strings.Repeat("func (r *Repository) List(ctx context.Context) ([]Order, error) {\n\treturn r.db.Query(ctx, \"SELECT id, total FROM orders\")\n}\n", 8000)
	names := []analyzer.Gone{{Table: "users"}, {Table: "orders", Column: "note"}, {Table: "order_items"}}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		look(names, map[string]string{"a.go": text}, usage.Default)
	}
}
