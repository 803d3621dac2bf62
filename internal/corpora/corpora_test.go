package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "shop")
	for name, text := range map[string]string{
		"pg/1_a.up.sql":    "CREATE TABLE a (id int);\nDROP TABLE IF a;\n",
		"pg/1_a.down.sql":  "DROP TABLE a;\nPRAGMA x",
		"mysql/1_a.up.sql": "DROP TABLE `a`;",
		"pg/2_a.up.sql": "DO $$ BEGIN IF a THEN DROP TABLE IF b; DO 'BEGIN END'; END IF; END $$;\n" +
			"DO 'x' LANGUAGE plperl;\nCREATE FUNCTION f() RETURNS int LANGUAGE plperl AS 'x';",
		"2_b.sql":            "-- migrate:down\nSELECT 1;",
		"3_c.sql":            "CREATE TABLE a (id int) ENGINE=InnoDB;",
		"readme.md":          "Nothing.",
		"mysql/1_a.down.txt": "Nothing.",
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := run([]string{"-v", folder}, &out); err != nil {
		t.Fatal(err)
	}
	const want = `shop/2_b.sql:1: problem: dbmate refuses the file: it has no -- migrate:up: -- migrate:down
shop/3_c.sql:1: unread: syntax error at or near "ENGINE": CREATE TABLE a (id int) ENGINE=InnoDB
shop/3_c.sql: looks like MySQL: ENGINE = InnoDB on line 1
shop/mysql/1_a.up.sql:1: unread: syntax error at or near "` + "`\": DROP TABLE `a`" + `
shop/pg/1_a.down.sql:2: unread: syntax error at or near "PRAGMA": PRAGMA x
shop/pg/1_a.down.sql: looks like SQLite: PRAGMA on line 2
shop/pg/1_a.up.sql:2: unread: syntax error at or near "a": DROP TABLE IF a
shop/pg/2_a.up.sql:1: body: syntax error at or near "b": DROP TABLE IF b
shop/pg/2_a.up.sql:2: body: this version does not read the body of a DO block in plperl: DO 'x' LANGUAGE plperl
shop/pg/2_a.up.sql:3: language: plperl: CREATE FUNCTION f() RETURNS int LANGUAGE plperl AS 'x'
project  format          database    files  problems  statements  unread  bodies  bodies unread  unknown
shop     dbmate          PostgreSQL  1      1         1           0       0       0              0
shop     golang-migrate  MySQL       1      0         1           1       0       0              0
shop     golang-migrate  PostgreSQL  3      0         7           2       3       2              0
shop     sql             PostgreSQL  1      0         1           1       0       0              0
sum                                  6      1         10          4       3       2              0
`
	got := strings.ReplaceAll(out.String(), " \n", "\n")
	for strings.Contains(got, " \n") {
		got = strings.ReplaceAll(got, " \n", "\n")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := run(nil, &out); err == nil {
		t.Error("no error without a folder")
	}
	if err := run([]string{filepath.Join(folder, "none")}, &out); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
