package catalog_test

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// What the migrations built answers what a statement would reach.
func ExampleCatalog() {
	f := source.New("0001_shop.sql", []byte(`
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (customer bigint REFERENCES customers ON DELETE CASCADE);`))
	c := catalog.New()
	for _, s := range pgsql.Read(f, f.All(), pgsql.Options{}) {
		for _, o := range s.Ops {
			c.Apply(o.Op)
		}
	}
	customers, _ := c.Table(op.Name{Name: "customers"})
	for _, loss := range c.DeleteReach(customers, false) {
		fmt.Println(loss.Kind, loss.Name, loss.Why)
	}
	// Output:
	// table public.orders foreign key ON DELETE CASCADE to public.customers
}
