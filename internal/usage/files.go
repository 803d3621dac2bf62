package usage

import (
	"path"
	"slices"
	"strings"
)

// Folders that hold what others wrote, what a program wrote, what people read, or
// migrations in a language of their own.
var skippedFolders = strings.Fields(`node_modules vendor third_party bower_components dist .git .github .dropgate
	docs doc changelog changelogs locale locales i18n translations
	migrations migration migrate db_migrations alembic`)

// Suffixes of files that are no code: text, data, pictures, what is generated.
var skippedSuffixes = strings.Fields(`.md .mdx .markdown .rst .adoc .txt .log .csv .tsv .json .json5 .geojson .ndjson .lock .sum
	.po .pot .mo .xliff .xlf .resx .arb .ftl .strings .svg .css .scss .sass .less .psql .pgsql .ddl .map .snap .txtar .golden .patch .diff .sql
	.png .jpg .jpeg .gif .webp .ico .bmp .pdf .zip .gz .tgz .bz2 .xz .zst .7z .jar .war .woff .woff2 .ttf .otf .eot
	.mp3 .mp4 .webm .wav .ogg .so .dll .dylib .exe .bin .wasm .class .pyc .keystore .p12 .pem .crt .key .parquet .sqlite .db`)

// Names of files that are no code, without their suffixes.
var skippedNames = strings.Fields(`license licence copying notice authors contributors changelog changes codeowners
	.gitignore .gitattributes .dropgate`)

// Folders that hold the data of tests.
var testFolders = strings.Fields(`testdata fixtures __fixtures__ __snapshots__`)

// IsTestData reports whether a path is among the data of tests, whose tables are
// nobody's.
func IsTestData(file string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToLower(file), "/"), func(folder string) bool {
		return slices.Contains(testFolders, folder)
	})
}

// Searched reports whether a file of this path may be code of the repository's own,
// by its path alone.
func Searched(file string) bool {
	file = strings.ToLower(file)
	parts := strings.Split(file, "/")
	for _, folder := range parts[:len(parts)-1] {
		if slices.Contains(skippedFolders, folder) || slices.Contains(testFolders, folder) {
			return false
		}
	}
	base := parts[len(parts)-1]
	first, rest, _ := strings.Cut(strings.TrimPrefix(base, "."), ".")
	if strings.HasPrefix(base, ".") {
		first = "." + first
	}
	switch {
	case slices.Contains(skippedSuffixes, path.Ext(base)):
		return false
	case strings.HasSuffix(base, ".min.js"), strings.HasSuffix(base, "-lock.yaml"), strings.Contains(base, "changelog"):
		return false
	case slices.Contains(skippedNames, first):
		return rest != "" && !slices.Contains([]string{"yml", "yaml", "html"}, rest) // authors.rb is code
	}
	return true
}
