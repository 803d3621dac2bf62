// Package gate decides whether a review blocks: from the findings, the policy
// and what is known of the label. It is pure: no clock, no network, no printing.
package gate

import "time"

// State says whether the acknowledgement label covers the blocking operations.
type State string

// The states; only Valid opens the gate.
const (
	Absent       State = "absent"       // the label is not on the pull request
	Stale        State = "stale"        // it is, but an operation came after it was put on
	Self         State = "self"         // the author put it on, and the config asks for a second person
	Unauthorized State = "unauthorized" // whoever put it on is not among the allowed labelers
	Unproven     State = "unproven"     // the config asks for backup evidence, and none is recent enough
	Valid        State = "valid"        // it covers every blocking operation
)

// An Acknowledgement is the label's state as the reports show it.
type Acknowledgement struct {
	State State  `json:"state"`
	Label string `json:"label"`
	By    string `json:"by"` // login of whoever put the label on, if known
	At    string `json:"at"` // when, RFC 3339 in UTC, if known
	// Removed says that this run took the label off, because it is stale.
	Removed bool `json:"removed,omitempty"`
	// Expired says that it is stale for its age, and not for an operation.
	Expired bool `json:"-"`
}

// A Decision is the gate's verdict.
type Decision struct {
	Blocked         bool            `json:"blocked"`
	Score           int             `json:"score"`     // the highest among gating findings that are not suppressed; 0 without any
	Threshold       int             `json:"threshold"` // findings of this score or more block
	Acknowledgement Acknowledgement `json:"acknowledgement"`
	Reasons         []string        `json:"reasons"`
	Backup          *Backup         `json:"backup,omitempty"` // nil when no evidence of a backup is asked for, or nothing blocks
}

// A Policy is what the repository asks for.
type Policy struct {
	Threshold int    // 1–100
	Label     string // the acknowledgement label's name
	Proof     ProofPolicy
	// SecondPerson asks that nobody who had a part in the change put it on.
	SecondPerson bool
	Labelers     Labelers      // who may put it on
	MaxAge       time.Duration // how long it counts; 0: as long as it is on
	// IgnoresFromChange lets an ignore comment that the change adds lift a finding that
	// blocks: whoever makes the change disarms its review then.
	IgnoresFromChange bool
}

// A Record is dropgate's own memory on a pull request, kept in the summary
// comment: a label carries no commit, and commit dates can be forged.
//
// Operations holds the blocking operations by fingerprint. The time is not when
// one was seen but which label it came after: when the label that was on already
// at that moment had been put on; zero when none was, or when the label is known
// to cover it. So no two clocks are ever compared: a label put on at any other
// time came after the operation. Operations of which it is not known are left out.
type Record struct {
	Operations map[string]time.Time `json:"operations"`
	// Label is when the label that was on then had been put on; zero when none
	// was, or it is not known. What is not in Operations came after it.
	Label time.Time `json:"label,omitzero"`
}

// Evidence is what is known of the label when the gate decides.
type Evidence struct {
	Present bool      // the label is on the pull request
	By      string    // login of whoever put it on last; empty if that cannot be known
	App     bool      // that is an app, and no person
	At      time.Time // when; zero if that cannot be known
	Now     time.Time // to tell the label's age
	// Covers says that this run was started by putting the label on, and that the
	// head it was put on is still the live one: everything there is, is covered.
	Covers bool
	// Older says that the label was on already when the live head was pushed.
	Older bool
	// Second is whether somebody else than those who made the change put it on,
	// and Allowed whether one of the policy's labelers did. They count only where
	// the policy asks for them.
	Second, Allowed Check
	// Record is what dropgate itself noted on earlier runs; nil without one.
	Record *Record
	// Proof is the evidence of a backup; nil if nobody looked for it.
	Proof *Proof
	// Everything says that the caller acknowledges whatever there is: the flag
	// --acknowledged of a run without a pull request.
	Everything bool
}
