package analyzer

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// markUndone marks the statements of a file that a ROLLBACK of the file itself
// takes back. A transaction that the file leaves open counts as committed: the
// tool around it may commit it.
func markUndone(all []statement) {
	open := false
	start := 0 // the first statement of the open transaction
	var savepoints []savepoint
	undo := func(from, to int) {
		for i := from; i < to; i++ {
			all[i].undone = true
		}
	}
	for i := range all {
		if preparesCommit(all[i]) {
			return // any EXECUTE after it may be a COMMIT
		}
		if mayCommit(all[i]) {
			open = false
			continue
		}
		t, ok := transactionOf(all[i])
		if !ok {
			continue
		}
		switch {
		case t.Kind == op.Begin && !open:
			open, start, savepoints = true, i+1, nil
		case !open:
			// A warning or an error to PostgreSQL; nothing is undone.
		case t.Kind == op.Commit, t.Kind == op.Rollback:
			if t.Kind == op.Rollback {
				undo(start, i)
			}
			open, start, savepoints = t.Chain, i+1, nil
		case t.Kind == op.Savepoint:
			savepoints = append(savepoints, savepoint{t.Name, i})
		case t.Kind == op.Release, t.Kind == op.RollbackTo:
			n := find(savepoints, t.Name)
			if n < 0 {
				continue
			}
			if t.Kind == op.Release {
				savepoints = savepoints[:n]
				continue
			}
			undo(savepoints[n].index, i)
			savepoints = savepoints[:n+1]
		}
	}
}

// mayCommit reports whether a statement could be a COMMIT, or another transaction
// command that may not run: then nothing before it is taken back, and no transaction
// is open after it. It could not be read, or a text is run that is not read yet.
// Another connection is another session.
func mayCommit(s statement) bool {
	for _, at := range s.Ops {
		switch o := at.Op.(type) {
		case *op.Unread:
			if !o.Body {
				return true
			}
		case *op.Transaction:
			if s.Perhaps {
				return true
			}
		case *op.Dynamic, *op.RunTime, *op.Connect:
			return true
		}
	}
	return false
}

// preparesCommit reports whether a statement gives a transaction command a name, as
// only psql's \parse can.
func preparesCommit(s statement) bool {
	for _, at := range s.Ops {
		p, ok := at.Op.(*op.Prepare)
		if ok && slices.ContainsFunc(p.Ops, func(inner op.At) bool { _, is := inner.Op.(*op.Transaction); return is }) {
			return true
		}
	}
	return false
}

type savepoint struct {
	name  string
	index int
}

// find returns the index of the last savepoint of that name, -1 without one.
func find(savepoints []savepoint, name string) int {
	for i := len(savepoints) - 1; i >= 0; i-- {
		if savepoints[i].name == name {
			return i
		}
	}
	return -1
}

func transactionOf(s statement) (*op.Transaction, bool) {
	if len(s.Ops) != 1 {
		return nil, false
	}
	t, ok := s.Ops[0].Op.(*op.Transaction)
	return t, ok
}
