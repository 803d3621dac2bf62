package migration

import "testing"

// TestLanguage: by their paths, what other tools than SQL's run as migrations, and what
// lies beside them.
func TestLanguage(t *testing.T) {
	for name, want := range map[string]string{
		"db/migrate/20240101000000_create_users.rb":            "Ruby",
		"shop/migrations/0002_remove_sku.py":                   "Python",
		"alembic/versions/1975ea83b712_add_column.py":          "Python",
		"src/main/java/com/acme/V3__Fix.java":                  "Java",
		"src/main/kotlin/db/migration/R__Views.kt":             "Kotlin",
		"migrations/00002_rename_root.go":                      "Go",
		"src/migration/1700000000000-DropName.ts":              "TypeScript",
		"migrations/20240101000000-drop.cjs":                   "JavaScript",
		"database/migrations/2024_01_01_000000_drop_phone.php": "PHP",
		"migrations/Version20240101000000.php":                 "PHP",
		"priv/repo/migrations/20240101000000_drop_phone.exs":   "Elixir",
		"Shop/Migrations/20240101000000_Drop.cs":               "C#",
		"src/main/resources/db/changelog/db.changelog-1.0.xml": "XML",
		"src/main/resources/db/changelog/2024/drop.yaml":       "YAML",
		"db/migrations/000001_users.up.sql":                    "",
		"shop/migrations/__init__.py":                          "",
		"alembic/versions/__init__.py":                         "",
		"migrations/00002_rename_root_test.go":                 "",
		"src/migration/1700000000000-DropName.spec.ts":         "",
		"Shop/Migrations/20240101000000_Drop.Designer.cs":      "",
		"changelogs/unreleased/fix.yml":                        "",
		"drizzle/migrations/meta/0000_snapshot.json":           "",
		"migrations/migrate.go":                                "",
		"internal/v2/main.go":                                  "",
		"":                                                     "",
		"db/migrate\n/20240101000000_create_users.rb\n.up":     "",
		"docs/migrations/2024.md":                              "",
		"prisma/migrations/20240301120000_drop/migration.sql":  "",
		"db/migrate/20240101000000_create_users.RB":            "Ruby",
		"services/a/migrations/sub/000003_fill.go":             "Go",
		"migrations/2024/01/helpers.py":                        "",
	} {
		if got := Language(name); got != want {
			t.Errorf("%q is in %q, want %q", name, got, want)
		}
	}
}
