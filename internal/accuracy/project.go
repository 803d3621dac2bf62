package main

import (
	_ "embed"
	"fmt"
	"regexp"

	"github.com/goccy/go-yaml"
)

//go:embed projects.yml
var listed []byte

// A project is a public project and how its migrations are run.
type project struct {
	Name       string `yaml:"name"`       // of the folder that it is checked out in
	Repository string `yaml:"repository"` // owner/name on GitHub
	Commit     string `yaml:"commit"`
	Folder     string `yaml:"folder"` // where the migrations are; empty: anywhere
	Format     string `yaml:"format"` // of the migrations; empty: as it is recognised
	// Exclude are patterns of paths that the project's tool does not run on PostgreSQL.
	Exclude []string `yaml:"exclude"`
	// Together says that the folders of migrations build one schema, in their order.
	Together bool `yaml:"together"`
	// Replace has texts in the files that the project's tool fills in.
	Replace map[string]string `yaml:"replace"`
	Setup   string            `yaml:"setup"` // SQL that has to run before the first migration
	// Notes say for each disagreement why it is there, by the migration's path.
	Notes map[string]string `yaml:"notes"`
	// Alarms are migrations that are blocked for the rows that a condition picks, and
	// that people found to lose nothing whatever the rows are.
	Alarms []string `yaml:"alarms"`
	// Failures say why migrations could not be run, by the beginning of PostgreSQL's error.
	Failures map[string]string `yaml:"failures"`
}

// A catalogue is the projects in the order of the page.
type catalogue []project

// projects reads the list of projects.
func projects() (catalogue, error) {
	var all catalogue
	if err := yaml.UnmarshalWithOptions(listed, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read projects.yml: %w", err)
	}
	for _, p := range all {
		for _, pattern := range p.Exclude {
			if _, err := regexp.Compile(pattern); err != nil {
				return nil, fmt.Errorf("read projects.yml: %s: %w", p.Name, err)
			}
		}
	}
	return all, nil
}

// of returns the project of that name, or a new one.
func (c catalogue) of(name string) project {
	for _, p := range c {
		if p.Name == name {
			return p
		}
	}
	return project{Name: name}
}

// excludes reports whether the project does not run the file.
func (p project) excludes(path string) bool {
	for _, pattern := range p.Exclude {
		if regexp.MustCompile(pattern).MatchString(path) {
			return true
		}
	}
	return false
}
