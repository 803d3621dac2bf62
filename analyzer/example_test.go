package analyzer_test

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

// load reads a migration. Without the name of a tool, it is recognised by path and
// content.
func load(path, sql string) *migration.Migration {
	return migration.Read(source.New(path, []byte(sql)), "")
}

// A change is reviewed on top of the migrations that have already run: without the
// first, dropgate would not know of the second column, or of the rows that go along.
func Example() {
	history := []*migration.Migration{
		load("migrations/0001_shop.up.sql", `
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY,
  customer bigint NOT NULL REFERENCES customers ON DELETE CASCADE);`),
	}
	change := load("migrations/0002_clean_up.up.sql", `
CREATE TABLE scratch (id int);
DROP TABLE scratch;
DELETE FROM customers;`)

	report := analyzer.Together(analyzer.Options{Rules: rules.All}, history, []analyzer.ChangedFile{
		{Path: change.File.Path, Status: "added", Migration: change},
	})
	for _, f := range report.Findings {
		fmt.Printf("%s:%d %s %d\n%s\n", f.Path, f.Start.Line, f.Rule, f.Score, f.Message)
		for _, reached := range f.Reach {
			fmt.Printf("takes along %s: %s\n", reached.Name, reached.Why)
		}
	}
	// Output:
	// migrations/0002_clean_up.up.sql:4 delete-rows 90
	// Deletes every row of table customers.
	// takes along public.orders: foreign key ON DELETE CASCADE to public.customers
}

// Each reviews every file by itself, as a linter does, on top of those before it.
func ExampleEach() {
	first := load("V1__create.sql", "CREATE TABLE notes (id int, body text);")
	second := load("V2__drop.sql", "ALTER TABLE notes DROP COLUMN body;")

	report := analyzer.Each(analyzer.Options{Rules: rules.All}, nil, []*migration.Migration{first, second})
	for _, f := range report.Findings {
		fmt.Println(f.Path, f.Rule, f.Score, f.Object)
	}
	// Output:
	// V2__drop.sql drop-column 80 public.notes.body
}

// A program can run rules of its own, beside dropgate's or instead of them. A rule
// sees operations and the schema just before them, never the parse tree.
func ExampleRule() {
	noTemporary := &analyzer.Rule{
		ID:       "temporary-table",
		Category: analyzer.Availability,
		Title:    "Temporary table in a migration",
		Check: func(p *analyzer.Pass) {
			if o, ok := p.Op.(*op.CreateTable); ok && o.Temporary {
				p.Report(analyzer.Judgement{
					Object:  analyzer.Object{Kind: op.Table, Name: o.Name.Name},
					Message: "Makes the temporary table " + o.Name.Name + ".",
					Reasons: []analyzer.Reason{{Points: 10, Text: "a migration tool may run the rest in another session"}},
				})
			}
		},
	}
	file := load("0001_copy.sql", "CREATE TEMPORARY TABLE copied (id int);")

	report := analyzer.Each(analyzer.Options{Rules: []*analyzer.Rule{noTemporary}}, nil, []*migration.Migration{file})
	for _, f := range report.Findings {
		fmt.Println(f.Rule, f.Severity, f.Message)
	}
	// Output:
	// temporary-table low Makes the temporary table copied.
}
