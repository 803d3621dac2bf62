package analyzer

// A Stage is a part of a review, in which every file is dealt with once.
type Stage string

// The stages, in order.
const (
	Reading Stage = "reading" // files are parsed, some at a time
	Judging Stage = "judging" // statements are applied and judged, in order
)

// counter returns a function that is to be called for every file that is done, by
// one at a time. Progress hears of the stage's beginning at once.
func (o Options) counter(s Stage, total int) func() {
	if o.Progress == nil {
		return func() {}
	}
	done := 0
	o.Progress(s, done, total)
	return func() {
		done++
		o.Progress(s, done, total)
	}
}
