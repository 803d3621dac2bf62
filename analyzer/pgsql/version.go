package pgsql

import (
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v5"
)

// Version returns the version of PostgreSQL whose parser reads the statements, as
// in 16.1. Some of what later versions brought is read on top of it.
func Version() (string, error) {
	tree, err := pg_query.Parse("")
	if err != nil {
		return "", fmt.Errorf("ask PostgreSQL's parser for its version: %w", err)
	}
	return fmt.Sprintf("%d.%d", tree.Version/10000, tree.Version%10000), nil
}
