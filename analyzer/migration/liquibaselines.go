package migration

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// A directive is what Liquibase takes a line for.
type directive struct {
	kind     directiveKind
	argument string // the end of the line that the kind is about, or why it is refused
}

type directiveKind int

const (
	liquibaseNone directiveKind = iota
	liquibaseProperty
	liquibaseIgnoreLines
	liquibaseIgnoreOneDash // refused, even among ignored lines
	liquibaseChangeset
	liquibaseInclude
	liquibaseComment
	liquibaseSetting // only says how, or whether, the changeset runs
	liquibaseCheck   // a precondition with a query
	liquibaseRollback
	liquibaseRollbackBlock
	liquibaseRefused
	liquibaseRefusedInside // in a changeset
)

const refusedIgnore = "it knows no such ignoreLines"

// javaPattern compiles a pattern of Liquibase's, which must match all of the line:
// \s, the dot and words of any case are Java's, where only ASCII letters have one.
func javaPattern(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^(?:")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], `\s`):
			b.WriteString(`[ \t\n\v\f\r]`)
			i++
		case strings.HasPrefix(pattern[i:], `\S`):
			b.WriteString(`[^ \t\n\v\f\r]`)
			i++
		case c == '\\':
			b.WriteString(pattern[i : i+2])
			i++
		case c == '[':
			end := i + strings.IndexByte(pattern[i+1:], ']') + 2
			b.WriteString(pattern[i:end])
			i = end - 1
		case c == '.':
			b.WriteString(`[^\n\r\x{85}\x{2028}\x{2029}]`)
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			b.WriteString("[" + strings.ToLower(string(c)) + strings.ToUpper(string(c)) + "]")
		default:
			b.WriteByte(c)
		}
	}
	return regexp.MustCompile(b.String() + ")$")
}

var (
	liquibaseHeader = javaPattern(`\s*--\s*liquibase\s*formatted.*`)
	javaLineEnd     = regexp.MustCompile(`[\n\r\x{85}\x{2028}\x{2029}]`)
	propertyValue   = javaPattern(`.*value:\s*(\S+).*`)
	plainValue      = regexp.MustCompile(`^[A-Za-z0-9_.]+$`)
)

// A linePattern is a form of line that Liquibase looks for. One with a group has
// the argument in the last of them.
type linePattern struct {
	pattern *regexp.Regexp
	kind    directiveKind
	refused string
}

const (
	badComment      = "it knows no such comment for a changeset"
	badRollback     = "a rollback with one dash"
	badPrecondition = "it knows no such precondition"
	badChangeset    = "it knows no such changeset"
)

// liquibaseForms are in the order in which Liquibase looks for them, by the word
// that follows the dashes: a line with none of the words is none of them. License
// keys unlock some of them.
var liquibaseForms = map[string][]linePattern{
	"property": {
		{javaPattern(`\s*--\s*property\s+(?:.*:.*)\s+(?:.*:.*).*`), liquibaseProperty, ""},
		{javaPattern(`\s*?-+\s*property\s.*`), liquibaseRefused, "it knows no such property"},
	},
	"ignore": {
		{javaPattern(`--\s*ignoreLines:(\w+)`), liquibaseIgnoreLines, ""},
		{javaPattern(`-\s*?ignoreLines:\w+.*`), liquibaseIgnoreOneDash, ""},
		{javaPattern(`--\s*ignore:\w+`), liquibaseRefused, refusedIgnore},
	},
	"changeset": {
		{changesetLine, liquibaseChangeset, ""},
		{javaPattern(`-\s*changeset\s.*`), liquibaseRefused, badChangeset},
		{javaPattern(`\s*--\s*changeset\s*.*`), liquibaseRefused, badChangeset},
	},
	"include": {
		{javaPattern(`\s*--\s*include\s+file:.*`), liquibaseInclude, ""},
		{javaPattern(`\s*--\s*includeAll\s+.*`), liquibaseInclude, ""},
	},
	"comment": {
		{javaPattern(`--\s*comment:? .*`), liquibaseComment, ""},
		{javaPattern(`-\s*comment:? .*`), liquibaseRefusedInside, badComment},
		{javaPattern(`--\s*comments:? .*`), liquibaseRefusedInside, badComment},
	},
	"validchecksum": {
		{javaPattern(`--\s*validCheckSum:? .*`), liquibaseSetting, ""},
		{javaPattern(`-\s*validCheckSum.*`), liquibaseRefusedInside, "it knows no such validCheckSum"},
	},
	"rollback": {
		{javaPattern(`\s*--\s*rollback (.*)`), liquibaseRollback, ""},
		{javaPattern(`\s*-\s*rollback\s.*`), liquibaseRefusedInside, badRollback},
	},
	"precondition": {
		{javaPattern(`\s*--\s*preconditions.*`), liquibaseSetting, ""},
		{javaPattern(`\s*-\s*preconditions\s.*`), liquibaseRefusedInside, badPrecondition},
		{javaPattern(`\s*--\s*precondition-sql-check \s*(?:expectedResult:)?(?:\w+|'[^']+'|"[^"]+") (.*)`), liquibaseCheck, ""},
		{javaPattern(`\s*--\s*precondition-(?:table-exists|view-exists) .*`), liquibaseSetting, ""},
		{javaPattern(`\s*--\s*precondition-[a-zA-Z0-9-]+(?: .*)?`), liquibaseRefusedInside, badPrecondition},
		{javaPattern(`\s*-\s*precondition.*`), liquibaseRefusedInside, badPrecondition},
	},
}

// plainProperty reports whether a property's value can only be a name or number.
func plainProperty(text []byte) bool {
	value := propertyValue.FindSubmatch(text)
	return len(value) < 2 || plainValue.Match(value[1])
}

// javaBlank reports whether Java's trim leaves nothing of a text. It knows fewer
// kinds of white space than Go.
func javaBlank(text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return c > ' ' })
}

var rollbackBlock = javaPattern(`\s*/\*\s*liquibase\s*rollback\s*`)

// liquibaseDirective tells what Liquibase takes a line for. What is not the way
// back, left out or refused may be any of the rest.
func liquibaseDirective(text []byte) directive {
	trimmed := bytes.TrimLeft(text, " \t\v\f")
	if bytes.HasPrefix(trimmed, []byte("/*")) && rollbackBlock.Match(text) {
		return directive{kind: liquibaseRollbackBlock}
	}
	if !bytes.HasPrefix(trimmed, []byte("-")) {
		return directive{}
	}
	for _, form := range liquibaseForms[liquibaseWord(trimmed)] {
		parts := form.pattern.FindSubmatch(text)
		if parts == nil {
			continue
		}
		argument := form.refused
		if form.refused == "" && len(parts) > 1 {
			argument = string(parts[len(parts)-1])
		}
		return directive{form.kind, argument}
	}
	return directive{}
}

// liquibaseWord returns the key of liquibaseForms that the text behind dashes and
// white space begins with, if any.
func liquibaseWord(text []byte) string {
	text = bytes.TrimLeft(text, "- \t\v\f")
	const longest = len("validchecksum")
	head := strings.ToLower(string(text[:min(longest, len(text))]))
	for _, word := range []string{"property", "ignore", "changeset", "include", "comment", "validchecksum", "rollback", "precondition"} {
		if strings.HasPrefix(head, word) {
			return word
		}
	}
	return ""
}

// A changeset is what its first line says.
type changeset struct {
	left      bool // it is for another database, or ignored
	joined    bool // splitStatements:false
	comments  bool // they stay in: stripComments:false
	psql      bool
	delimiter *string
	unclear   string // what cannot be followed
}

var (
	changesetLine = javaPattern(`\s*--\s*changeset\s+("[^"]+"|[^:]+):\s*("[^"]+"|\S+).*`)
	changesetDBMS = javaPattern(`.*dbms:([^,][\w!,]+).*`)
	changesetSkip = javaPattern(`.*ignore:(\w*).*`)
	changesetOne  = javaPattern(`.*splitStatements:(\w+).*`)
	changesetText = javaPattern(`.*stripComments:(\w+).*`)
	changesetEnd  = javaPattern(`.*(.)\bendDelimiter:(\S*).*`)
	changesetWith = javaPattern(`.*runWith:([\w\$\{\}]+).*`)
)

// readChangeset reads the attributes that say whether and how the changeset runs.
// What depends on the call, such as contexts and labels, counts as running.
func readChangeset(text []byte) (set changeset, refused string) {
	at := changesetLine.FindSubmatchIndex(text)
	if at[4] != at[3]+1 { // white space before the ID
		return set, badChangeset
	}
	if strings.Trim(string(text[at[4]:at[5]]), `": `) == "" {
		return set, "the changeset's ID is empty"
	}
	value := func(p *regexp.Regexp, group int) (string, bool) {
		if found := p.FindSubmatch(text); found != nil {
			return string(found[group]), true
		}
		return "", false
	}
	if dbms, is := value(changesetDBMS, 1); is {
		set.left = !runsOnPostgres(dbms)
	}
	if ignore, is := value(changesetSkip, 1); is && strings.EqualFold(ignore, "true") {
		set.left = true
	}
	if split, is := value(changesetOne, 1); is {
		set.joined = !strings.EqualFold(split, "true")
	}
	if strip, is := value(changesetText, 1); is {
		set.comments = !strings.EqualFold(strip, "true")
	}
	if with, is := value(changesetWith, 1); is {
		set.psql = strings.EqualFold(with, "psql") || strings.Contains(with, "$")
	}
	if end, is := value(changesetEnd, 2); is {
		set.delimiter = &end
		if before, _ := value(changesetEnd, 1); before != "" && before[0] >= 0x80 {
			set.unclear = "whether this endDelimiter counts depends on the version of Java"
		}
	}
	return set, ""
}

// postgresKin are databases that speak PostgreSQL's language: whoever runs one of
// them here takes it for PostgreSQL.
var postgresKin = []string{"cockroachdb", "edb", "enterprisedb", "greenplum", "redshift", "yugabytedb"}

var databaseNames = regexp.MustCompile(`^[A-Za-z0-9!,]+$`)

// runsOnPostgres reports whether a list of databases has PostgreSQL in it, as
// Liquibase reads the list.
func runsOnPostgres(list string) bool {
	if !databaseNames.MatchString(list) {
		return true // Liquibase knows no such name, or it is one yet to be filled in
	}
	listed := map[string]bool{}
	named := false
	for name := range strings.SplitSeq(strings.ToLower(list), ",") {
		if name != "" {
			listed[name] = true
			named = named || name[0] != '!'
		}
	}
	for _, kin := range postgresKin {
		if listed[kin] {
			return true
		}
	}
	switch {
	case listed["all"]:
		return true
	case listed["none"], listed["!postgresql"]:
		return false
	}
	return !named || listed["postgresql"]
}
