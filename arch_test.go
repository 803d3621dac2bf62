package dropgate_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dropgate/dropgate"

// A place is a package of the map: what it may import besides the standard library.
type place struct {
	ours    []string // packages of this module
	outside []string // other modules, by the beginning of their path
	tests   []string // packages of this module that its tests may import as well
	// testOnly packages are what tests are made of; nothing else may import them.
	testOnly bool
}

const (
	cobra      = "github.com/spf13/cobra"
	color      = "github.com/fatih/color"
	doublestar = "github.com/bmatcuk/doublestar/v4"
	goAction   = "github.com/sethvargo/go-githubactions"
	goGitHub   = "github.com/google/go-github/v60"
	goYAML     = "github.com/goccy/go-yaml"
	isatty     = "github.com/mattn/go-isatty"
	pflag      = "github.com/spf13/pflag"
	openAPI    = "github.com/getkin/kin-openapi"
	pgQuery    = "github.com/pganalyze/pg_query_go/v5"
	pgx        = "github.com/jackc/pgx/v5"
	protobuf   = "google.golang.org/protobuf"
	sarif      = "github.com/owenrumney/go-sarif/v3"
	uniseg     = "github.com/rivo/uniseg"
	jsonSchema = "github.com/santhosh-tekuri/jsonschema/v6"
	goInternal = "github.com/rogpeppe/go-internal"
	system     = "golang.org/x/sys"
)

// testLibraries are modules that any test may import.
var testLibraries = []string{
	"github.com/google/go-cmp", goInternal, "github.com/yuin/goldmark", "golang.org/x/sys", goYAML, pgx, uniseg,
	"github.com/santhosh-tekuri/jsonschema/v6",
}

// packages is the map of docs/architecture.md; "" is the folder at the top, which
// has tests only.
var packages = map[string]place{
	"":                   {tests: []string{"internal/cli", "internal/config", "internal/scaffold", "analyzer/migration", "rules"}},
	"cmd/dropgate":       {ours: []string{"internal/cli"}, tests: []string{"internal/report/reporttest"}},
	"analyzer/source":    {},
	"analyzer/migration": {ours: []string{"analyzer/source"}},
	"analyzer/op":        {ours: []string{"analyzer/source"}},
	"analyzer/pgsql": {
		ours: []string{"analyzer/source", "analyzer/op"}, outside: []string{pgQuery, protobuf},
		tests: []string{"internal/pgtest"},
	},
	"analyzer/catalog": {ours: []string{"analyzer/op"}, tests: []string{"analyzer/source", "analyzer/pgsql"}},
	"analyzer/follow":  {ours: []string{"analyzer/source", "analyzer/op", "analyzer/pgsql", "analyzer/catalog"}},
	"analyzer": {
		ours:  []string{"analyzer/source", "analyzer/migration", "analyzer/op", "analyzer/pgsql", "analyzer/catalog", "analyzer/follow"},
		tests: []string{"internal/losstest", "rules"},
	},
	"rules": {
		ours:  []string{"analyzer", "analyzer/op", "analyzer/catalog"},
		tests: []string{"analyzer/source", "analyzer/migration", "internal/gate", "internal/losstest", "internal/pgtest", "internal/report", "internal/usage"},
	},
	"internal/gate": {ours: []string{"analyzer"}},
	"internal/config": {
		ours: []string{"internal/gate"}, outside: []string{goYAML, doublestar},
		tests: []string{"analyzer", "analyzer/source", "analyzer/migration", "rules"},
	},
	"internal/git":    {},
	"internal/stats":  {ours: []string{"analyzer", "analyzer/op"}, outside: []string{pgx}, tests: []string{"internal/pgtest"}},
	"internal/usage":  {ours: []string{"analyzer"}},
	"internal/github": {ours: []string{"internal/gate"}, outside: []string{goGitHub}, tests: []string{"internal/github/githubtest"}},
	"internal/report": {
		ours: []string{"analyzer", "analyzer/source", "internal/gate"}, outside: []string{color, sarif, uniseg},
		tests: []string{"analyzer/op", "rules", "internal/report/reporttest"},
	},
	"internal/report/reporttest": {outside: []string{jsonSchema}, testOnly: true},
	"internal/schema": {
		ours:  []string{"analyzer/catalog", "analyzer/op"},
		tests: []string{"analyzer", "analyzer/source", "analyzer/migration", "internal/pgtest", "internal/schematest"},
	},
	"internal/doctor": {outside: []string{goYAML}},
	"internal/scaffold": {
		outside: []string{goYAML},
		tests:   []string{"analyzer/migration", "internal/config", "internal/doctor"},
	},
	"internal/cli": {
		ours: []string{
			"analyzer", "analyzer/migration", "analyzer/pgsql", "analyzer/source", "rules",
			"internal/config", "internal/doctor", "internal/gate", "internal/git", "internal/github", "internal/report", "internal/scaffold", "internal/schema", "internal/stats", "internal/usage",
		},
		outside: []string{cobra, pflag, goAction, isatty, system},
		tests:   []string{"internal/github/githubtest", "internal/pgtest", "internal/report/reporttest"},
	},
	"internal/corpora": {
		ours:     []string{"analyzer/source", "analyzer/migration", "analyzer/op", "analyzer/pgsql"},
		testOnly: true,
	},
	"internal/schematest": {
		ours:    []string{"analyzer", "analyzer/op", "analyzer/catalog", "analyzer/migration", "analyzer/pgsql", "analyzer/source", "internal/pgtest", "internal/schema"},
		outside: []string{pgx}, testOnly: true,
	},
	"internal/schematest/run": {
		ours:     []string{"analyzer/migration", "analyzer/source", "internal/pgtest", "internal/schematest"},
		testOnly: true,
	},
	"internal/accuracy": {
		ours: []string{
			"analyzer", "analyzer/source", "analyzer/migration", "analyzer/pgsql", "rules",
			"internal/gate", "internal/losstest", "internal/pgtest",
		},
		outside:  []string{goYAML, pgx},
		testOnly: true,
	},
	"internal/pictures": {
		ours:    []string{"internal/cli", "internal/github/githubtest"},
		outside: []string{"github.com/yuin/goldmark"}, testOnly: true,
	},
	"internal/pgtest":                  {outside: []string{pgx}, testOnly: true},
	"internal/losstest":                {ours: []string{"internal/pgtest"}, outside: []string{pgx, goInternal}, testOnly: true},
	"internal/github/githubtest":       {outside: []string{openAPI, goInternal}, testOnly: true},
	"internal/github/githubtest/serve": {ours: []string{"internal/github/githubtest"}, testOnly: true},
}

// A goFile is a parsed Go file of this module.
type goFile struct {
	path   string // slash-separated
	folder string // "" for the top
	test   bool
	lines  int
	tree   *ast.File
}

// goFiles parses every Go file. The test's own process reads them, so that Go's
// test cache sees an edit; a child process's reads are invisible to it.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var all []goFile
	for _, name := range textFiles(t) {
		if path.Ext(name) != ".go" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		folder := path.Dir(name)
		if folder == "." {
			folder = ""
		}
		all = append(all, goFile{name, folder, strings.HasSuffix(name, "_test.go"), bytes.Count(data, []byte{'\n'}), tree})
	}
	if len(all) < len(packages) {
		t.Fatalf("found %d Go files, and the map has %d packages", len(all), len(packages))
	}
	return all
}

// textFiles returns the files that belong to the project and hold no NUL byte.
// What building and testing leave behind is not among them.
func textFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git" && !d.IsDir(): // of a worktree
			return nil
		case d.IsDir() && (name == ".git" || name == "dist" || name == ".dropgate" || name == ".idea" || name == ".vscode"):
			return fs.SkipDir
		case d.Type().IsRegular() && name != "dropgate":
			all = append(all, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(name string) bool {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.IndexByte(data, 0) >= 0
	})
}

// imports returns the paths that a file imports.
func (f goFile) imports() []string {
	var all []string
	for _, i := range f.tree.Imports {
		all = append(all, strings.Trim(i.Path.Value, `"`))
	}
	return all
}

// uses returns the names that the file takes from a package of the standard
// library, whatever it calls the package.
func (f goFile) uses(imported string) []string {
	local := ""
	for _, i := range f.tree.Imports {
		if strings.Trim(i.Path.Value, `"`) == imported {
			local = path.Base(imported)
			if i.Name != nil {
				local = i.Name.Name
			}
		}
	}
	if local == "" {
		return nil
	}
	var all []string
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				all = append(all, s.Sel.Name)
			}
		}
		return true
	})
	return all
}

func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func within(imported string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") })
}

// TestArrows holds every import to the map.
func TestArrows(t *testing.T) {
	used := map[string]map[string]bool{}
	for _, f := range goFiles(t) {
		here, ok := packages[f.folder]
		if !ok {
			t.Errorf("%s: the package %q is not in the map: add it to arch_test.go and docs/architecture.md", f.path, f.folder)
			continue
		}
		if used[f.folder] == nil {
			used[f.folder] = map[string]bool{}
		}
		for _, i := range f.tree.Imports {
			if i.Name != nil && i.Name.Name == "." {
				t.Errorf("%s imports %s with a dot, which hides what it uses", f.path, i.Path.Value)
			}
		}
		for _, imported := range f.imports() {
			if !f.test {
				used[f.folder][imported] = true
			}
			if !here.allows(f, imported) {
				t.Errorf("%s imports %s, which the map in arch_test.go does not allow %q", f.path, imported, f.folder)
			}
		}
	}
	for folder, p := range packages {
		if used[folder] == nil {
			t.Errorf("the map has the package %q, which is not there", folder)
			continue
		}
		for _, to := range p.ours {
			if !used[folder][module+"/"+to] {
				t.Errorf("the map lets %s import %s, which it does not: take the arrow out", folder, to)
			}
		}
		for _, to := range p.outside {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(used[folder])), func(i string) bool { return within(i, []string{to}) }) {
				t.Errorf("the map lets %s import %s, which it does not: take it out", folder, to)
			}
		}
	}
}

// allows reports whether a file of the package may import a path.
func (p place) allows(f goFile, imported string) bool {
	if standard(imported) {
		return true
	}
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	if !isOurs {
		return within(imported, p.outside) || f.test && within(imported, testLibraries)
	}
	if packages[ours].testOnly && !f.test && !p.testOnly {
		return false
	}
	own := f.test && ours == f.folder
	return own || slices.Contains(p.ours, ours) || f.test && slices.Contains(p.tests, ours)
}

// TestOnlyImporters holds that what is dangerous or likely to be exchanged has
// one package around it.
func TestOnlyImporters(t *testing.T) {
	only := map[string]string{
		pgQuery: "analyzer/pgsql", protobuf: "analyzer/pgsql", goGitHub: "internal/github",
		pgx: "internal/stats", "os/exec": "internal/git", "net/http": "internal/github",
	}
	for _, f := range goFiles(t) {
		if f.test || packages[f.folder].testOnly {
			continue
		}
		for _, imported := range f.imports() {
			for guarded, owner := range only {
				if within(imported, []string{guarded}) && f.folder != owner {
					t.Errorf("%s imports %s, which only %s may", f.path, imported, owner)
				}
			}
		}
	}
}

// TestOutsideWorld holds that nothing but the command line looks at arguments,
// environment, streams and clock.
func TestOutsideWorld(t *testing.T) {
	world := map[string][]string{
		"os": {
			"Args", "Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv",
			"Stdin", "Stdout", "Stderr", "Exit", "Getwd", "Chdir",
		},
		"time":      {"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker", "AfterFunc"},
		"os/signal": {"Notify", "NotifyContext"},
		"fmt":       {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
		"log":       {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln"},
	}
	for _, f := range goFiles(t) {
		if f.test || packages[f.folder].testOnly || f.folder == "internal/cli" || f.folder == "cmd/dropgate" {
			continue
		}
		for imported, names := range world {
			for _, name := range f.uses(imported) {
				if slices.Contains(names, name) {
					t.Errorf("%s uses %s.%s: let internal/cli hand it in", f.path, imported, name)
				}
			}
		}
	}
}

// long are the files that may have more than maxLines lines, and why.
var long = map[string]string{}

const maxLines = 500

// TestFileLengths holds files to a length that can be read in one go.
func TestFileLengths(t *testing.T) {
	for _, f := range goFiles(t) {
		tooLong := f.lines > maxLines && !ast.IsGenerated(f.tree)
		switch _, listed := long[f.path]; {
		case tooLong && !listed:
			t.Errorf("%s has %d lines, more than %d: divide it, or say in arch_test.go why not", f.path, f.lines, maxLines)
		case listed && !tooLong:
			t.Errorf("%s is listed as longer than %d lines and is not: take it off the list", f.path, maxLines)
		}
		if f.path == "cmd/dropgate/main.go" && f.lines > 15 {
			t.Errorf("%s has %d lines, more than 15: it only calls internal/cli", f.path, f.lines)
		}
	}
}

// registries are hosts of package registries and their mirrors. They stand here
// with blanks, so that this file does not name them.
var registries = []string{
	"proxy golang org", "sum golang org", "goproxy io", "goproxy cn", "registry npmjs org", "registry yarnpkg com",
	"npm pkg github com", "maven pkg github com", "pypi org", "pythonhosted org", "crates io", "rubygems org",
	"repo maven apache org", "registry-1 docker io", "auth docker io", "deb debian org", "archive ubuntu com",
	"jfrog io",
}

// machinePaths are folders of the machines that the project is written on: a
// path that begins there, not one that only has such a folder in it.
var machinePaths = regexp.MustCompile(`(?:^|[\s"'=:(` + "`" + `])/(?:work|root|tmp|home/\w+|Users/\w+)(?:/|["'` + "`" + `\s]|$)`)

// pathsAllowed are the files in which such a path is meant, and why.
var pathsAllowed = map[string]string{
	"internal/cli/action_config_test.go": "an absolute path, which the action has to refuse",
	".ci/docker-engine":                  "the engine's log outlives the script",
	".ci/base-image":                     "what is meant is the root of the image that it unpacks",
}

// TestNoTraces holds that no file tells of the machine it was written on, or of a
// package registry: builds take both from their surroundings.
func TestNoTraces(t *testing.T) {
	for _, name := range textFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lower := bytes.ToLower(data)
		for _, r := range registries {
			if host := strings.ReplaceAll(r, " ", "."); bytes.Contains(lower, []byte(host)) {
				t.Errorf("%s names the package registry %s", name, host)
			}
		}
		if pathsAllowed[name] != "" {
			continue
		}
		for i, line := range bytes.Split(data, []byte{'\n'}) {
			if found := machinePaths.Find(line); found != nil && name != "arch_test.go" {
				t.Errorf("%s:%d names a path of some machine: %s", name, i+1, bytes.TrimSpace(found))
			}
		}
	}
}

// TestArchitecturePage holds the table of docs/architecture.md to the map.
func TestArchitecturePage(t *testing.T) {
	data, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|[^|]*\\|([^|]*)\\|[^|]*\\|$").FindAllSubmatch(data, -1) {
		var to []string
		for _, name := range strings.Split(string(row[2]), ",") {
			if name = strings.Trim(name, " `"); name != "–" {
				to = append(to, name)
			}
		}
		documented[string(row[1])] = to
	}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		got, ok := documented[name]
		switch {
		case name == "":
		case !ok:
			t.Errorf("docs/architecture.md has no row for %s", name)
		case !slices.Equal(sorted(got), sorted(packages[name].ours)):
			t.Errorf("docs/architecture.md lets %s import %v, the map %v", name, got, packages[name].ours)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("docs/architecture.md has a row for %s, which the map does not have", name)
	}
}

func sorted(s []string) []string {
	return slices.Sorted(slices.Values(s))
}
