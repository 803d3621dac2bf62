package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// misnamed are names that people give the config, and that are not its name.
var misnamed = []string{".dropgate.yaml", "dropgate.yml", "dropgate.yaml"}

// misnamedIn tells of a config in the folder that nothing reads; nothing without one,
// or if the folder has the config too.
func misnamedIn(folder string) string {
	there := func(name string) bool { _, err := os.Lstat(filepath.Join(folder, name)); return err == nil }
	at := slices.IndexFunc(misnamed, there)
	if at < 0 || there(configName) {
		return ""
	}
	return fmt.Sprintf("%s is not read: the config is %s, and the defaults are in force without it", misnamed[at], configName)
}
