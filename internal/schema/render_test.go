package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schema"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// everything is a schema with something in every field.
var everything = schema.Set{Path: "db/migrations", Schema: catalog.Schema{
	Migrations: 12, Complete: true,
	Schemas:    []string{"app", "public"},
	Extensions: []catalog.ExtensionInfo{{Name: "plpgsql", Types: []string{}}},
	Collations: []string{`app."German"`},
	EventTriggers: []catalog.TriggerInfo{
		{Name: "guard", When: "sql_drop", Events: []string{"DROP TABLE"}, Function: "app.guard", Disabled: true}, {Name: "log", When: "ddl_command_end", Function: "app.log"},
	},
	Types: []catalog.TypeInfo{
		{Schema: "app", Name: "address", Kind: "composite", Attributes: []catalog.ColumnInfo{{Name: "street", Type: "text"}, {Name: "zip", Type: "app.zip"}}},
		{Schema: "app", Name: "mood", Kind: "enum", Labels: []string{"sad", "it's ok", "a\nb"}},
		{Schema: "app", Name: "span", Kind: "range", Base: "timestamp(3) without time zone"},
		{Schema: "app", Name: "zip", Kind: "domain", Base: "character varying(10)", Collation: `"C"`, NotNull: true, Default: "'0'", Checks: []catalog.CheckInfo{
			{Name: "zip_check", Expression: "VALUE <> ''"}, {Name: "zip known", Expression: "app.token(VALUE) IS NULL"},
		}},
		{Schema: "public", Name: "shell", Kind: "base"},
	},
	Sequences: []catalog.SequenceInfo{
		{Schema: "app", Name: "events_id_seq", OwnedBy: "app.events.id"},
		{Schema: "app", Name: "people_id_seq", OwnedBy: "app.people.id"},
		{Schema: "public", Name: "items", OwnedBy: `public."Order Items".id`},
		{Schema: "public", Name: "tickets"},
	},
	Functions: []catalog.FunctionInfo{{Schema: "app", Name: "token", Kind: "function", Returns: "text", Arguments: []string{"integer"}, Language: "plpgsql"}},
	Views: []catalog.ViewInfo{
		{Schema: "app", Name: "adults", Kind: op.View, Reads: []string{"public.minors"}, Columns: []string{"id", "Text"}, Query: "SELECT * FROM minors\nWHERE id > 17", SearchPath: []string{"public", "app"}},
		{Schema: "app", Name: "calls", Kind: op.View, Reads: []string{"app.people"}, Query: "SELECT app.token(1)"},
		{Schema: "app", Name: "numbers", Kind: op.View, Columns: []string{"n"}, Recursive: true, Query: "VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 5", SearchPath: []string{"app"}},
		{Schema: "app", Name: "old", Kind: op.View, Reads: []string{"public.notes"}, Query: "SELECT body FROM notes", Outdated: true},
		{Schema: "app", Name: "over", Kind: op.View, Reads: []string{"app.old"}, Query: "SELECT body FROM app.old"},
		{Schema: "app", Name: "totals", Kind: op.MaterializedView, Reads: []string{"pg_catalog.pg_class"}, Query: "SELECT count(*) FROM pg_class"},
		{Schema: "public", Name: "minors", Kind: op.View, Reads: []string{"public.notes"}, Query: "SELECT id, text::varchar FROM notes",
			Triggers: []catalog.TriggerInfo{{Name: "write", When: "instead of", Events: []string{"insert"}, Function: "app.write"}}},
	},
	Grants: []catalog.GrantInfo{{Role: "reader", Kind: op.Table, Object: "app.people", Privileges: []string{"SELECT"}}},
	Tables: []catalog.TableInfo{
		{
			Schema: "app", Name: "events", Kind: "partitioned table", Complete: true, PartitionBy: "RANGE (at)",
			Columns: []catalog.ColumnInfo{
				{Name: "id", Type: "bigint", NotNull: true, Default: "nextval('app.events_id_seq'::regclass)"},
				{Name: "at", Type: "timestamp with time zone", NotNull: true, Default: "now()"},
				{Name: "person", Type: "bigint"},
			},
			Constraints: []catalog.ConstraintInfo{
				{Name: "events_pkey", Kind: op.PrimaryKey, Columns: []string{"id", "at"}},
				{Name: "events_person_fkey", Kind: op.ForeignKey, Columns: []string{"person"}, References: "app.people", OnDelete: "cascade", OnUpdate: "set null"},
			},
		},
		{
			Schema: "app", Name: "events_2026", Kind: "table", Complete: true, PartitionOf: "app.events",
			Bound: "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
			Columns: []catalog.ColumnInfo{
				{Name: "id", Type: "bigint", NotNull: true}, {Name: "at", Type: "timestamp with time zone", NotNull: true}, {Name: "person", Type: "bigint"},
			},
			Constraints: []catalog.ConstraintInfo{{Name: "events_2026_pkey", Kind: op.PrimaryKey, Columns: []string{"id", "at"}}},
			Indexes:     []catalog.IndexInfo{{Name: "events_2026_person", Method: "hash", Columns: []string{"person"}}},
		},
		{
			Schema: "app", Name: "people", Kind: "table", Complete: true, RowSecurity: true, Policies: []string{"own rows"},
			Columns: []catalog.ColumnInfo{
				{Name: "id", Type: "bigint", NotNull: true, Identity: "always"},
				{Name: "name", Type: "text", NotNull: true, Collation: `"C"`},
				{Name: "mood", Type: "app.mood", Default: "'sad'"},
				{Name: "home", Type: "app.address"},
				{Name: "zips", Type: "app.zip[]"},
				{Name: "active", Type: "app.span"},
				{Name: "initial", Type: "text", Generated: "left(name, 1)"},
				{Name: "token", Type: "text", NotNull: true, Default: "app.token(8)"},
				{Name: "photo", Type: "geometry(Point,4326)"},
				{Name: "born", Type: ""},
			},
			Constraints: []catalog.ConstraintInfo{
				{Name: "people_pkey", Kind: op.PrimaryKey, Columns: []string{"id"}},
				{Name: "people_name_check", Kind: op.Check, Expression: "name <> ''"},
				{Name: "people_name_key", Kind: op.Unique, Columns: []string{"name"}},
				{Name: "people_photo_key", Kind: op.Unique, Columns: []string{"photo"}},
			},
			Triggers: []catalog.TriggerInfo{{Name: "stamp", When: "before", Events: []string{"insert", "update"}, Function: "app.stamp"}},
			Rules:    []catalog.TriggerInfo{{Name: "keep", When: "instead of", Events: []string{"delete"}}},
			Indexes: []catalog.IndexInfo{
				{Name: "people_by_mood", Method: "btree", Columns: []string{"mood DESC", "name"}, Include: []string{"zips"}},
			},
		},
		{
			Schema: "public", Name: "notes", Kind: "table", Complete: true,
			Columns: []catalog.ColumnInfo{{Name: "id", Type: "int4", NotNull: true}, {Name: "text", Type: "text"}, {Name: "during", Type: "int4range"}},
			Constraints: []catalog.ConstraintInfo{
				{Name: "notes_during_excl", Kind: op.Exclusion, Expression: "USING gist (during WITH &&) WHERE (id > 0)", Deferrable: true, Deferred: true},
				{Name: "notes_key", Kind: op.Unique, Columns: []string{"id"}, Include: []string{"text"}, NullsNotDistinct: true, Deferrable: true},
				{Name: "notes_twin", Kind: op.Unique, Columns: []string{"id"}},
				{Name: "notes_old", Kind: op.Check, Expression: "body <> ''", Outdated: true},
				{Name: "notes_own", Kind: op.Check, Expression: "id > 0", NoInherit: true, Doubtful: true},
				{Name: "notes_text", Kind: op.Check, Expression: "length(text) < 10", NotValid: true},
				{Name: "notes_ghost_fkey", Kind: op.ForeignKey, Columns: []string{"id"}, References: "public.ghost", RefColumns: []string{"id"}},
			},
			Indexes: []catalog.IndexInfo{
				{Name: "notes_text_idx", Unique: true, Method: "btree", Columns: []string{"lower(text) DESC", `"text" text_pattern_ops`}, Where: "id > 0", NullsNotDistinct: true, With: "fillfactor = 70"},
				{Name: "notes_old_idx", Method: "btree", Columns: []string{"lower(body)"}, Outdated: true},
				{Name: "notes_id_idx", Unique: true, Method: "btree", Columns: []string{"id"}},
			},
		},
		{
			Schema: "public", Name: "old", Kind: "table", Unlogged: true, Inherits: []string{"public.notes"},
			Columns: []catalog.ColumnInfo{{Name: "id", Type: "int4", NotNull: true}, {Name: "why", Type: "text"}},
			Constraints: []catalog.ConstraintInfo{
				{Name: "old_id_fkey", Kind: op.ForeignKey, Columns: []string{"id"}, References: "public.notes", RefColumns: []string{"id"}, NotValid: true},
				{Name: "old_why", Kind: op.Check, Expression: "why <> gone"},
			},
		},
		{
			Schema: "public", Name: "Order Items", Kind: "table", Complete: true, Doubtful: true,
			Columns: []catalog.ColumnInfo{
				{Name: "id", Type: "bigint", NotNull: true, Identity: "by default"}, {Name: "Item.No", Type: "integer", Doubtful: true},
				{Name: "double", Type: "integer", Generated: "no * 2", Outdated: true},
			},
			Constraints: []catalog.ConstraintInfo{
				{Name: "items_pkey", Kind: op.PrimaryKey, Columns: []string{"id", "Item.No"}},
				{Name: "self", Kind: op.ForeignKey, Columns: []string{"id", "Item.No"}, References: `public."Order Items"`, RefColumns: []string{"id", "Item.No"},
					OnDelete: "set null", SetColumns: []string{"Item.No"}, Deferrable: true},
			},
		},
		{Schema: "public", Name: "remote", Kind: "foreign table", Complete: true, Columns: []catalog.ColumnInfo{{Name: "id", Type: "int4"}}},
		{Schema: "public", Name: "typed", Kind: "table", Complete: true, OfType: "app.address", Columns: []catalog.ColumnInfo{{Name: "street", Type: "text"}, {Name: "zip", Type: "app.zip"}}},
	},
}}

// hostile is a schema whose names try to be something else.
var hostile = schema.Set{Path: "db\n%%{init: {}}%%", Schema: catalog.Schema{
	Migrations: 1, Unread: 2,
	Tables: []catalog.TableInfo{
		{
			Schema: "public", Name: "a\" {\n%%{init: {\"theme\": \"dark\"}}%%", Kind: "table",
			Columns: []catalog.ColumnInfo{
				{Name: "pk", Type: "int4", NotNull: true}, {Name: "FK-1", Type: "int4"}, {Name: "1st", Type: "text"}, {Name: "uké", Type: "text"},
				{Name: "}\n\"x\" ||--|| \"y\" : z", Type: "text"}, {Name: "~gen~", Type: "text"}, {Name: "日本", Type: "text"}, {Name: "", Type: "x;DROP TABLE y"},
				{Name: "\u001b[31mred", Type: "text", Default: "1; DROP TABLE y"},
			},
			Constraints: []catalog.ConstraintInfo{
				{Name: "k", Kind: op.PrimaryKey, Columns: []string{"pk"}},
				{Name: "f\n--", Kind: op.ForeignKey, Columns: []string{"FK-1"}, References: `public."x direction TB"`, RefColumns: []string{"pk"}},
				{Name: "c\nDROP TABLE y;", Kind: op.Check, Expression: "true) ; DROP TABLE y; --"},
			},
		},
		{
			Schema: "public", Name: "x direction TB", Kind: "table", Complete: true,
			Columns:     []catalog.ColumnInfo{{Name: "pk", Type: "int4", NotNull: true}},
			Constraints: []catalog.ConstraintInfo{{Name: "x_pk", Kind: op.PrimaryKey, Columns: []string{"pk"}}},
		},
		{Schema: "public", Name: "x_direction_TB", Kind: "table", Complete: true},
	},
	Views: []catalog.ViewInfo{{Schema: "public", Name: "v\nDROP TABLE y;", Kind: op.View}},
}}

// TestGolden compares what is written with the files in testdata.
func TestGolden(t *testing.T) {
	for name, set := range map[string]schema.Set{"everything": everything, "hostile": hostile} {
		for format, write := range schema.Formats {
			file := filepath.Join("testdata", name+"."+format)
			var b bytes.Buffer
			if err := write(&b, []schema.Set{set}); err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}
}

// TestWrittenSQLRuns holds that PostgreSQL takes what is written, and that no name,
// type or expression becomes a statement.
func TestWrittenSQLRuns(t *testing.T) {
	server := pgtest.Start(t)
	for name, set := range map[string]schema.Set{"everything": everything, "hostile": hostile} {
		t.Run(name, func(t *testing.T) {
			conn := server.Database(t)
			execute(t.Context(), t, conn, "CREATE TABLE public.y ()")
			execute(t.Context(), t, conn, sql(t, []schema.Set{set}))
			execute(t.Context(), t, conn, "TABLE public.y")
			text := strings.Join(inventory(t, conn), "\n")
			for _, table := range set.Tables {
				if table.Kind != "foreign table" && !strings.Contains(text, catalog.Quoted(op.Name{Schema: table.Schema, Name: table.Name})+" ") {
					t.Errorf("%s.%q is not there", table.Schema, table.Name)
				}
			}
		})
	}
}

// TestEmpty holds that no list is null, and that nothing is said as such.
func TestEmpty(t *testing.T) {
	for name, sets := range map[string][]schema.Set{"none": nil, "one": {{Path: ".", Schema: catalog.Schema{Tables: []catalog.TableInfo{{Name: "t"}}}}}} {
		var b bytes.Buffer
		if err := schema.JSON(&b, sets); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "null") || !json.Valid(b.Bytes()) {
			t.Errorf("%s: %s", name, &b)
		}
	}
	var b bytes.Buffer
	if err := schema.JSON(&b, []schema.Set{{Schema: catalog.Schema{Extensions: []catalog.ExtensionInfo{{Name: "unheard_of"}}}}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"types": null`) || strings.Count(b.String(), "null") != 1 {
		t.Errorf("the types of an extension that is not known: %s", &b)
	}
	if got, want := sql(t, nil), "-- no migrations\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestInputIsKept holds that writing changes nothing of what is written.
func TestInputIsKept(t *testing.T) {
	set := schema.Set{Path: ".", Schema: catalog.Schema{Tables: []catalog.TableInfo{{Name: "t"}}}}
	for _, write := range schema.Formats {
		if err := write(&bytes.Buffer{}, []schema.Set{set}); err != nil {
			t.Fatal(err)
		}
	}
	if set.Tables[0].Columns != nil || set.Schemas != nil {
		t.Errorf("the input has changed: %+v", set)
	}
}

// TestCircles holds that what is made of itself is written once, and ends.
func TestCircles(t *testing.T) {
	set := schema.Set{Path: ".", Schema: catalog.Schema{
		Types: []catalog.TypeInfo{
			{Schema: "s", Name: "a", Kind: "domain", Base: "s.b"}, {Schema: "s", Name: "b", Kind: "domain", Base: "s.a"},
			{Schema: "s", Name: "c", Kind: "domain", Base: "s.d"}, {Schema: "s", Name: "d", Kind: "domain", Base: "text"},
		},
		Tables: []catalog.TableInfo{
			{Schema: "s", Name: "x", Kind: "table", Inherits: []string{"s.y"}}, {Schema: "s", Name: "y", Kind: "table", Inherits: []string{"s.x"}},
			{Schema: "s", Name: "z", Kind: "table", PartitionOf: "s.z"},
		},
	}}
	text := sql(t, []schema.Set{set})
	for _, line := range []string{"CREATE DOMAIN s.a", "CREATE DOMAIN s.b", "CREATE DOMAIN s.c", "CREATE DOMAIN s.d", "CREATE TABLE s.x", "CREATE TABLE s.y", "CREATE TABLE s.z"} {
		if strings.Count(text, line) != 1 {
			t.Errorf("%s is not there once:\n%s", line, text)
		}
	}
	if strings.Index(text, "s.d AS") > strings.Index(text, "s.c AS") {
		t.Errorf("s.c stands before s.d, which it is made of:\n%s", text)
	}
}
