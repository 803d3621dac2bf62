package analyzer

import "testing"

// TestUsedKeepsTheBorder holds that code which names something never decides
// whether data is lost.
func TestUsedKeepsTheBorder(t *testing.T) {
	uses := Uses{First: []Use{{Path: "a.go", Line: 1}}}
	for score, want := range map[int]int{1: 6, 54: 59, 57: 59, 59: 59, 60: 65, 96: 100, 100: 100} {
		f := Finding{Score: score}
		f.used(uses, false)
		if f.Score != want || len(f.Reasons) != 1 || f.Reasons[0].Points != want-score {
			t.Errorf("%d becomes %d by %+v, want %d", score, f.Score, f.Reasons, want)
		}
	}
}
