package op

// BadIgnore is an ignore comment that lifts nothing, for what is wrong with it.
type BadIgnore struct {
	Why   string // "it gives no reason"
	Write string // the comment as it should be; empty: it should go
}

// UnusedIgnore is an ignore comment without a finding that it could lift.
type UnusedIgnore struct {
	Rules []string // those that it names, and for which there is none
	File  bool     // it is about the whole file
	Why   string   // if that is more than that there is none
}

func (*BadIgnore) operation()    {}
func (*UnusedIgnore) operation() {}
