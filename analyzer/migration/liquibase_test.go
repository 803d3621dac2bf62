package migration

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// TestLiquibaseJava: line ends, white space and letters are Java's.
func TestLiquibaseJava(t *testing.T) {
	const header = "--liquibase formatted sql\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a lone carriage return ends a line", "--liquibase formatted sql\r--changeset a:1 dbms:h2\rSELECT 1;\r--changeset a:2\rDROP TABLE a;\r",
			[]string{"down SELECT 1;", "up DROP TABLE a;"}},
		{"CRLF", "--liquibase formatted sql\r\n--changeset a:1\r\nSELECT 1\r\nGO\r\nSELECT 2\r\n--rollback DROP TABLE a;\r\n",
			[]string{"up SELECT 1", "up SELECT 2", "down DROP TABLE a;"}},
		{"a lone carriage return before a delimiter", header + "--changeset a:1\nSELECT 1\rGO\rSELECT 2",
			[]string{"up SELECT 1", "up SELECT 2"}},
		{"no header behind a no-break space", "\u00a0\n" + header + "--changeset a:1 dbms:h2\nDROP TABLE a;",
			[]string{"up \u00a0\n" + header + "--changeset a:1 dbms:h2\nDROP TABLE a;"}},
		{"letters of other alphabets", header + "--changeset a:1\nSELECT 1;\n--changeſet b:2 dbms:h2\nDROP TABLE a;",
			[]string{"up SELECT 1;\n--changeſet b:2 dbms:h2\nDROP TABLE a;"}},
		{"a line separator before an attribute", header + "--changeset a\u2028:1 dbms:h2\nDROP TABLE a;", []string{"up DROP TABLE a;"}},
		{"the last of two attributes", header + "--changeset a:1 dbms:h2 dbms:postgresql\nDROP TABLE a;", []string{"up DROP TABLE a;"}},
		{"an attribute in the author", header + "--changeset dbms:h2\nDROP TABLE a;", []string{"down DROP TABLE a;"}},
		{"a name that nobody knows", header + "--changeset a:1 dbms:\"h2\nDROP TABLE a;", []string{"up DROP TABLE a;"}},
		{"a slash in a line", header + "--changeset a:1 endDelimiter:/\nSELECT 4 / 2\n/\nSELECT 2", []string{"up SELECT 4 / 2", "up SELECT 2"}},
		{"a check that is left out", header + "--changeset a:1 dbms:h2\n--precondition-sql-check 0 SELECT f()\nDROP TABLE a;", []string{"down SELECT f()", "down DROP TABLE a;"}},
		{"nothing to take back", header + "--changeset a:1\nSELECT 1;\n--rollback Empty\n--changeset a:2\nSELECT 2;\n-- rollback not required: x\n--changeset a:3\nSELECT 3;\n--rollback SELECT 4;\n--rollback empty",
			[]string{"up SELECT 1;", "up SELECT 2;", "up SELECT 3;", "down SELECT 4;", "down empty"}},
		{"not quite a delimiter", header + "--changeset a:1\nSELECT 1 GO\n go\nGOAL\nSELECT '\nGO\n'\n/*\nGO\n*/",
			[]string{"up SELECT 1 GO\n go\nGOAL\nSELECT '\nGO\n'\n/*\nGO\n*/"}},
	}
	for _, test := range tests {
		m := Read(source.New("a.sql", []byte(test.text)), "liquibase")
		checkSpans(t, m)
		var got []string
		for _, s := range m.Sections {
			got = append(got, s.Direction.String()+" "+m.File.Text(s.Span))
		}
		if diff := cmp.Diff(test.want, got); diff != "" || len(m.Problems) > 0 {
			t.Errorf("%s: problems %v, sections (-want +got):\n%s", test.name, m.Problems, diff)
		}
	}
}

// TestLiquibaseDoubt: where versions of Java, or the grammar and Unicode, may be of
// two minds, it is said.
func TestLiquibaseDoubt(t *testing.T) {
	for _, text := range []string{
		"--changeset a:éendDelimiter:@@\nDELETE FROM a\nGO\nWHERE id = 1",
		"--changeset a:1 endDelimiter:GO\nDELETE FROM a \u1c80GO WHERE id = 1",
		"--changeset a:1\nSELECT \u1c80begin\nGO\nSELECT 1",
		"--changeset a:1 endDelimiter:(a|b)\nSELECT 1",
		"--changeset a:1 endDelimiter:**\nSELECT 1",
	} {
		m := Read(source.New("a.sql", []byte("--liquibase formatted sql\n"+text)), "")
		if checkSpans(t, m); len(m.Problems) != 1 || m.Direction() != "up" {
			t.Errorf("%q: %s, problems %v; want it going up with one problem", text, m.Direction(), m.Problems)
		}
	}
}

func TestRunsOnPostgres(t *testing.T) {
	tests := map[string]bool{
		"postgresql": true, "h2,postgresql": true, "PostgreSQL": true, "all": true, "!h2": true, "h2,all,none": true,
		"h2": false, "!postgresql": false, "none": false, "postgresql,none": false, "h2,!oracle": false, "postgresql,!postgresql": false,
		"cockroachdb": true, "!postgresql,edb": true, "${x}": true, "h2;x": true, ",": true,
	}
	for list, want := range tests {
		if got := runsOnPostgres(list); got != want {
			t.Errorf("runsOnPostgres(%q) = %v, want %v", list, got, want)
		}
	}
}

// TestLiquibaseLexer cuts text into tokens, comments in parentheses.
func TestLiquibaseLexer(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"a -- b\nc", []string{"a", " ", "(-- b)", "\n", "c"}},
		{"/* /* */ */", []string{"(/* /* */)", " ", "*", "/"}},
		{"/* x", []string{"/", "*", " ", "x"}},
		{"'a''b'c", []string{"'a''b'", "c"}},
		{`'a\'b'`, []string{`'a\'b'`}},
		{`'a\' b`, []string{`'a\'`, " ", "b"}},
		{"'a", []string{"'", "a"}},
		{"E'x'n'y' xe'z'", []string{"E'x'", "n'y'", " ", "xe", "'z'"}},
		{"q'[a']' Nq'x y x'", []string{"q'[a']'", " ", "Nq'x y x'"}},
		{"q'[a", []string{"q'[a"}},
		{`"a" . b.[c d].x`, []string{`"a" . b.[c d].x`}},
		{"a.1 [1] [x\n]", []string{"a", ".", "1", " ", "[", "1", "]", " ", "[", "x", "\n", "]"}},
		{"$$;12e", []string{"$$", ";", "1", "2", "e"}},
		{"é𝐀b", []string{"é", "𝐀", "b"}},
	}
	for _, test := range tests {
		x := liquibaseLexer{data: []byte(test.text)}
		var got []string
		for token, ok := x.next(); ok; token, ok = x.next() {
			image := test.text[token.start:token.end]
			if token.comment {
				image = "(" + image + ")"
			}
			got = append(got, image)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}
