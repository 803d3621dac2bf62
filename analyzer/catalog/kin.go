package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// kin says which tables may name another one: as the table above them, or by a
// foreign key. It is only where to look. A table that names another one is noted,
// and stays when it does so no more; whoever asks looks at what the table says now.
type kin map[op.Name]map[*Table]bool

// note says that a table names another one.
func (k kin) note(named op.Name, t *Table) {
	if named.IsZero() {
		return
	}
	if k[named] == nil {
		k[named] = map[*Table]bool{}
	}
	k[named][t] = true
}

// of returns the tables that may name another one and are there, by their names.
func (c *Catalog) of(k kin, named op.Name) []*Table {
	var all []*Table
	for t := range k[named] {
		switch {
		case t.dead:
			delete(k[named], t)
		case c.tables[t.Name] == t:
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *Table) int {
		return compareStrings(a.Name.Schema, b.Name.Schema, a.Name.Name, b.Name.Name)
	})
	return all
}

// children returns the tables that are partitions of a table or inherit from it.
func (c *Catalog) children(t *Table) []*Table {
	return slices.DeleteFunc(c.of(c.under, t.Name), func(other *Table) bool {
		return other.Parent != t.Name && !slices.Contains(other.Parents, t.Name)
	})
}

// family returns the table and all that inherit from it or are partitions of it,
// at any depth, each once.
func (c *Catalog) family(t *Table) []*Table {
	all := []*Table{t}
	seen := map[*Table]bool{t: true}
	for i := 0; i < len(all); i++ {
		for _, child := range c.heirs(all[i]) {
			if !seen[child] {
				seen[child] = true
				all = append(all, child)
			}
		}
	}
	return all
}

// leadingTo returns the foreign keys that lead to a table.
func (c *Catalog) leadingTo(named op.Name) []reference {
	var all []reference
	for _, t := range c.of(c.leading, named) {
		for _, k := range t.Foreign {
			if k.References == named {
				all = append(all, reference{t, k})
			}
		}
	}
	return all
}
