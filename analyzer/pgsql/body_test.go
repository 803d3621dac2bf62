package pgsql

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// showTexts writes a value in one line: constants in quotes, with a star where
// they stand byte for byte in the file.
func showTexts(f *source.File, all op.Texts) string {
	if all == nil {
		return "unknown"
	}
	var alternatives []string
	for _, t := range all {
		var pieces []string
		for _, p := range t {
			s := "?"
			switch {
			case p.Constant != "":
				s = fmt.Sprintf("%q", p.Constant)
				if p.Span.Len() > 0 {
					s += "*"
					if f.Text(p.Span) != p.Constant {
						s += "WRONG PLACE"
					}
				}
			case p.Variable != "":
				s = p.Variable
			}
			if p.Catalog {
				s += "(catalog)"
			}
			pieces = append(pieces, s+[]string{"", "%I", "%L"}[p.Quoting])
		}
		if len(pieces) == 0 {
			pieces = []string{`""`}
		}
		alternatives = append(alternatives, strings.Join(pieces, " "))
	}
	return strings.Join(alternatives, " | ")
}

// showSteps writes steps, one to a line.
func showSteps(b *strings.Builder, f *source.File, steps []op.Step, indent string) {
	for _, step := range steps {
		switch s := step.(type) {
		case *op.Run:
			for _, at := range s.Ops {
				fmt.Fprintf(b, "%s%s @ %s\n", indent, showOp(f, at.Op), f.Text(at.Span))
			}
		case *op.Assign:
			fmt.Fprintf(b, "%s%s := %s\n", indent, s.Variable, showTexts(f, s.Value))
		case *op.Loop:
			fmt.Fprintf(b, "%sloop\n", indent)
			showSteps(b, f, s.Steps, indent+"  ")
		case *op.Leave:
			fmt.Fprintf(b, "%s%s\n", indent, map[bool]string{true: "leave the body", false: "leave"}[s.Body])
		case *op.Section:
			fmt.Fprintf(b, "%ssection\n", indent)
			showSteps(b, f, s.Steps, indent+"  ")
			for _, handler := range s.Handlers {
				fmt.Fprintf(b, "%shandler\n", indent)
				showSteps(b, f, handler, indent+"  ")
			}
		case *op.Choice:
			for i, branch := range s.Branches {
				fmt.Fprintf(b, "%s%s\n", indent, map[bool]string{true: "choice", false: "or"}[i == 0])
				showSteps(b, f, branch, indent+"  ")
			}
			if s.Always {
				fmt.Fprintf(b, "%sone of them\n", indent)
			}
		}
	}
}

func showOp(f *source.File, o op.Operation) string {
	switch o := o.(type) {
	case *op.Dynamic:
		s := o.By + "(" + showTexts(f, o.Text) + ")"
		for _, t := range o.Using {
			s += " using " + showTexts(f, t)
		}
		return s
	case *op.Call:
		s := "call"
		if o.Perhaps {
			s = "perhaps"
		}
		var args []string
		for _, a := range o.Arguments {
			text := showTexts(f, a.Value)
			if a.Name != "" {
				text = a.Name + " => " + text
			}
			args = append(args, text)
		}
		return s + " " + o.Function.String() + "(" + strings.Join(args, ", ") + ")"
	case *op.Unread:
		return fmt.Sprintf("unread %q %v", o.Message, o.Destructive)
	case *op.Delete:
		return fmt.Sprintf("delete %s where %#v", o.Table, o.Where)
	case *op.Update:
		return fmt.Sprintf("update %s set %v where %#v", o.Table, o.Set, o.Where)
	case *op.CreateFunction:
		var b strings.Builder
		fmt.Fprintf(&b, "function %s(%v) %s", o.Name, o.Arguments, o.Language)
		if o.Body != nil {
			b.WriteString(" {\n")
			showSteps(&b, o.Body.File, o.Body.Steps, "    ")
			b.WriteString("}")
		}
		return b.String()
	case *op.Block:
		var b strings.Builder
		b.WriteString("do {\n")
		showSteps(&b, o.Body.File, o.Body.Steps, "    ")
		return b.String() + "}"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", o), "*op.")
}

// show writes what a text asks for.
func show(sql string) string {
	f := source.New("a.sql", []byte(sql))
	var b strings.Builder
	for _, s := range Read(f, f.All(), Options{}) {
		for _, at := range s.Ops {
			text := f.Text(at.Span)
			if _, ok := at.Op.(*op.Block); ok {
				text = "…"
			}
			if _, ok := at.Op.(*op.CreateFunction); ok {
				text = "…"
			}
			fmt.Fprintf(&b, "%s @ %s\n", showOp(f, at.Op), text)
		}
	}
	return b.String()
}

var update = flag.Bool("update", false, "write what is got as what is wanted")

// TestBodies reads the SQL files of each archive and compares with the file of
// the same name ending in .want.
func TestBodies(t *testing.T) {
	paths, err := filepath.Glob("testdata/bodies/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("fixtures: %v, %v", paths, err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(archive.Files); i += 2 {
			in, want := archive.Files[i], &archive.Files[i+1]
			t.Run(strings.TrimSuffix(in.Name, ".sql"), func(t *testing.T) {
				got := show(string(in.Data))
				if *update {
					want.Data = []byte(got)
					return
				}
				if diff := cmp.Diff(string(want.Data), got); diff != "" {
					t.Errorf("%s asks for (-want +got):\n%s", in.Name, diff)
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
