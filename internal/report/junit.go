package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"` // test cases that failed
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Cases    []*junitCase `xml:"testcase"`
}

type junitCase struct {
	Class    string         `xml:"classname,attr"`
	Name     string         `xml:"name,attr"`
	File     string         `xml:"file,attr"`
	Failures []junitFailure `xml:"failure"`
	Output   junitOutput    `xml:"system-out"`
}

// A junitOutput grows by what is written to it; empty, it is left out.
type junitOutput struct{ strings.Builder }

// MarshalXML implements xml.Marshaler.
func (o *junitOutput) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if o.Len() == 0 {
		return nil
	}
	return e.EncodeElement(o.String(), start)
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the review as a test report: a test case a file, and a failure
// in it for every finding that blocks. The other findings, those that a label
// covers among them, are the test case's output.
func JUnit(w io.Writer, r *Review) error {
	suite := junitSuite{Name: "dropgate", Cases: junitCases(r)}
	suite.Tests = len(suite.Cases)
	for _, c := range suite.Cases {
		if len(c.Failures) > 0 {
			suite.Failures++
		}
	}
	doc := junitSuites{Name: suite.Name, Tests: suite.Tests, Failures: suite.Failures, Suite: suite}
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode JUnit report: %w", err)
	}
	if _, err := io.WriteString(w, xml.Header+string(out)+"\n"); err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	return nil
}

// junitCases returns a test case for each reviewed file, and for each other
// file that there is a finding in: one that went, or that nobody could read.
func junitCases(r *Review) []*junitCase {
	var cases []*junitCase
	byPath := map[string]*junitCase{}
	add := func(path, class string) *junitCase {
		c := byPath[path]
		if c == nil {
			c = &junitCase{Class: Visible(class), Name: Visible(path), File: Visible(path)}
			byPath[path] = c
			cases = append(cases, c)
		}
		return c
	}
	for _, f := range r.Report.Files {
		add(f.Path, f.Format)
	}
	for _, f := range r.Report.Findings {
		c := add(f.Path, "dropgate")
		if f.Blocking && r.Decision.Blocked {
			c.Failures = append(c.Failures, junitFailure{Visible(f.Message), Visible(f.Rule), junitText(f, r)})
			continue
		}
		c.Output.WriteString(Visible(f.Message) + junitText(f, r) + "\n")
	}
	return cases
}

// junitText says where a finding is, why it has its score, and what to do.
func junitText(f analyzer.Finding, r *Review) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s:%d:%d (to %d:%d)\n", Visible(f.Path), f.Start.Line, f.Start.Column, f.End.Line, f.End.Column)
	fmt.Fprintf(&b, "%s: %s, score %d (threshold %d)\n", Visible(f.Rule), f.Severity, f.Score, r.Decision.Threshold)
	if s := f.Suppressed; s != nil {
		fmt.Fprintf(&b, "Suppressed by %s: %s\n", Visible(s.By), Visible(s.Reason))
	}
	for _, reason := range f.Reasons {
		fmt.Fprintf(&b, "%+d %s\n", reason.Points, Visible(reason.Text))
	}
	if f.Remedy != "" {
		b.WriteString("\nInstead: " + visibleText(f.Remedy) + "\n")
	}
	if f.Blocking && r.Decision.Blocked {
		b.WriteString("\n" + r.goOn(Visible, f) + "\n")
	}
	return b.String()
}
