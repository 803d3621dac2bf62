package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/config"
)

// diskBaseline reads the dump that the config names from the working tree; nil if it
// names none.
func diskBaseline(c config.Config) (*analyzer.Baseline, error) {
	if c.Schema == "" {
		return nil, nil
	}
	name := filepath.FromSlash(c.Schema)
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a plain file")
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: schema: read %s: %w", schemaPlace(c), c.Schema, cause(err))
	}
	return newBaseline(c, data)
}

func newBaseline(c config.Config, data []byte) (*analyzer.Baseline, error) {
	b, err := analyzer.NewBaseline(source.New(c.Schema, data))
	if err != nil {
		return nil, fmt.Errorf("%s: schema: %w", schemaPlace(c), err)
	}
	return b, nil
}

func schemaPlace(c config.Config) string { return cmp.Or(c.Place("schema"), configName) }

// baseline reads the dump that the config names as it was when the history ran: a
// change must not say itself what its history has. Where it is not there, as in the
// change that adds it, a warning says so.
func (s sides) baseline(c config.Config, read blobReader) (b *analyzer.Baseline, warning string, err error) {
	if c.Schema == "" {
		return nil, "", nil
	}
	entry, ok := s.base[c.Schema]
	why := ""
	switch {
	case !ok:
		why = "is not there"
	case !isText(entry.Mode):
		why = "is not a plain file"
	default:
		contents, err := read([]string{entry.OID})
		if err != nil {
			return nil, "", err
		}
		b, err = newBaseline(c, contents[entry.OID])
		return b, "", err
	}
	warning = fmt.Sprintf("the config's schema %s %s before the change: names that the migrations read do not have count as existing", c.Schema, why)
	return analyzer.NoBaseline(c.Schema, "it "+why), warning, nil
}
