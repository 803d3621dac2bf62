//go:build !unix

package cli

import "os"

// columns is how wide most terminals are at least: this system is not asked.
func columns(*os.File) int { return usualColumns }
