package source_test

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// Offsets count bytes, columns count characters: the euro sign has three bytes.
func ExampleFile_Position() {
	text := "-- prices\nSELECT '5 €'; DROP TABLE prices;"
	f := source.New("a.sql", []byte(text))
	offset := strings.Index(text, "DROP")
	fmt.Println("byte", offset, "is line", f.Position(offset).Line, "column", f.Position(offset).Column)
	// Output:
	// byte 26 is line 2 column 15
}
