package stats

import "slices"

// tables adds to each table what its partitions and the tables that inherit from
// it have: a statement on the table is one on those too.
func tables(relations []relation) []Table {
	relations = slices.DeleteFunc(relations, func(r relation) bool { return r.Size == nil })
	byOID := make(map[int64]relation, len(relations))
	for _, r := range relations {
		byOID[r.OID] = r
	}
	parents, children := map[int64][]int64{}, map[int64][]int64{}
	for _, r := range relations {
		for _, parent := range r.Parents {
			if _, ok := byOID[parent]; ok {
				parents[r.OID] = append(parents[r.OID], parent)
				children[parent] = append(children[parent], r.OID)
			}
		}
	}
	all := make([]Table, 0, len(relations))
	for _, r := range relations {
		t := r.Table
		for _, oid := range reachable(children, r.OID) {
			t.include(byOID[oid].Table)
		}
		for _, oid := range reachable(parents, r.OID) {
			t.PartOf = append(t.PartOf, byOID[oid].Name)
		}
		slices.SortFunc(t.PartOf, Name.compare)
		all = append(all, t)
	}
	return all
}

// reachable returns what is reached from a table, at any depth, each once.
func reachable(next map[int64][]int64, from int64) []int64 {
	all := []int64{from}
	seen := map[int64]bool{from: true}
	for i := 0; i < len(all); i++ {
		for _, oid := range next[all[i]] {
			if !seen[oid] {
				seen[oid] = true
				all = append(all, oid)
			}
		}
	}
	return all[1:]
}

// include adds the size of another table. Rows that were never counted make the
// sum one that is not known.
func (t *Table) include(other Table) {
	t.Bytes += other.Bytes
	if t.Rows == nil || other.Rows == nil {
		t.Rows = nil
	} else {
		sum := *t.Rows + *other.Rows
		t.Rows = &sum
	}
	if t.AnalyzedAt == nil || other.AnalyzedAt != nil && other.AnalyzedAt.After(*t.AnalyzedAt) {
		t.AnalyzedAt = other.AnalyzedAt
	}
}
