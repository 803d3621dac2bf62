package pgsql

// partitions masks SPLIT PARTITION and MERGE PARTITIONS of version 19. They move
// rows between tables: none are lost, but what tables there are is not followed.
func (d *draft) partitions() {
	if !d.is(0, "alter", "table") {
		return
	}
	for i := range d.tokens {
		end := len(d.tokens)
		switch {
		case d.is(i, "split", "partition") && d.is(end-1, ")") && d.splits(i+2, end):
		case d.is(i, "merge", "partitions", "(") && d.close[i+2] > 0 && d.is(d.close[i+2]+1, "into") && d.qualified(d.close[i+2]+2) == end:
		default:
			continue
		}
		span := d.span(i, end)
		d.calls(i, end)
		if d.put(i, end, "cluster on a") {
			d.hidden(span)
		}
		return
	}
}

// splits reports whether name INTO (PARTITION …) stands from token i on, up to end.
func (d *draft) splits(i, end int) bool {
	into := d.qualified(i)
	return d.is(into, "into", "(", "partition") && d.close[into+1] == end-1
}

// qualified returns the index after the dotted name at token i.
func (d *draft) qualified(i int) int {
	for d.isName(i) {
		i++
		if !d.is(i, ".") {
			return i
		}
		i++
	}
	return -1
}
