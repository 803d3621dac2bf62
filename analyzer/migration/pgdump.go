package migration

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/source"
)

// isPgDump recognises what pg_dump and pg_dumpall write in their plain format,
// by the title that they begin with.
func isPgDump(f *source.File) bool {
	for l := range lines(f) {
		if !passedOver(l.text) {
			return false
		}
		switch string(bytes.TrimSpace(l.text)) {
		case "-- PostgreSQL database dump", "-- PostgreSQL database cluster dump":
			return true
		}
	}
	return false
}

// markPsql marks a file that psql runs, or may.
func markPsql(m *Migration) {
	m.whole(Up)
	for i := range m.Sections {
		m.Sections[i].Psql = true
	}
}
