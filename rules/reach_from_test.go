package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/losstest"
)

// TestReachHangsOn tells of each thing that a finding reaches what it hangs on:
// nothing where that is what the finding is about.
func TestReachHangsOn(t *testing.T) {
	const history = `
		CREATE TABLE org (id int PRIMARY KEY);
		CREATE TABLE usr (id int PRIMARY KEY, org_id int REFERENCES org ON DELETE CASCADE);
		CREATE TABLE post (id int PRIMARY KEY, usr_id int REFERENCES usr ON DELETE CASCADE);
		CREATE TABLE note (id int PRIMARY KEY, post_id int REFERENCES post ON DELETE SET NULL);
		CREATE TABLE log (day date) PARTITION BY RANGE (day);
		CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO (MAXVALUE) PARTITION BY RANGE (day);
		CREATE TABLE log_oldest PARTITION OF log_old FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
		CREATE SCHEMA app;
		CREATE TYPE app.mood AS ENUM ('sad');
		CREATE TABLE face (id int, mood app.mood);
		CREATE VIEW users AS SELECT id FROM usr;
		CREATE VIEW members AS SELECT id FROM users;`
	chain := map[string]string{"public.usr": "", "public.post": "public.usr", "public.note.post_id": "public.post"}
	emptied := map[string]string{"public.usr": "", "public.post": "public.usr", "public.note": "public.post"}
	for _, tt := range []struct {
		change string
		want   map[string]string
	}{
		{"DELETE FROM org;", chain},
		{"MERGE INTO org USING face ON org.id = face.id WHEN MATCHED THEN DELETE;", chain},
		{"TRUNCATE org CASCADE;", emptied},
		{"DROP TABLE log;", map[string]string{"public.log_old": "", "public.log_oldest": "public.log_old"}},
		{"DROP TYPE app.mood CASCADE;", map[string]string{"public.face.mood": ""}},
		{"DROP SCHEMA app CASCADE;", map[string]string{"public.face.mood": "app.mood"}},
		{"DROP TABLE usr CASCADE;", map[string]string{"public.users": "", "public.members": "public.users"}},
	} {
		report := judgeCase(losstest.Case{
			History: []losstest.File{{Name: "history/0001_init.sql", Data: []byte(history)}},
			Change:  []losstest.File{{Name: "change/0002_change.sql", Data: []byte(tt.change)}},
		})
		got := map[string]string{}
		for _, reached := range report.Findings[0].Reach {
			got[reached.Name] = reached.From
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: what it reaches hangs on (-want +got):\n%s", tt.change, diff)
		}
	}
}
