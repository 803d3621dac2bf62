// Command dropgate reviews PostgreSQL migrations and blocks what would lose data.
package main

import (
	"os"

	"github.com/dropgate/dropgate/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
