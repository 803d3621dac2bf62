package rules_test

import (
	"fmt"

	"github.com/dropgate/dropgate/rules"
)

func ExampleFind() {
	r := rules.Find("truncate")
	fmt.Println(r.Title)
	fmt.Println(r.Bad.Change)
	// Output:
	// A table is emptied with TRUNCATE
	// TRUNCATE events;
}
