package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropFunction = &analyzer.Rule{
	ID:       "drop-function",
	Category: analyzer.Compatibility,
	Title:    "A function is dropped",
	Why:      "A function can be created again. Code, triggers and defaults that call it fail until then; with CASCADE they go with it.",
	Remedy:   "Use `CREATE OR REPLACE FUNCTION`, or drop the old one when nothing calls it any more.",
	Bad:      analyzer.Example{Before: "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", Change: "DROP FUNCTION f();"},
	Good:     analyzer.Example{Before: "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", Change: "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';"},
	Check:    dropped(op.Function, 20, "a function can be created again"),
}
