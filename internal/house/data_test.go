package house

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	created  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\);`)
	personal = regexp.MustCompile(`REFERENCES person|\b(person|given|email|actor)\s+TEXT`)
)

// undescribed compares the tables that statements make with the page that tells what each is for.
func undescribed(statements, page string) (wrong []string) {
	rows := map[string][]string{}
	classes := map[string]bool{}
	_, tables, _ := strings.Cut(page, "## Tables")
	for line := range strings.Lines(strings.TrimSuffix(page, tables)) {
		if cells := cells(line); len(cells) == 3 {
			classes[cells[0]] = true
		}
	}
	for line := range strings.Lines(tables) {
		if cells := cells(line); len(cells) == 4 && cells[0] != "table" {
			if rows[cells[0]] != nil {
				wrong = append(wrong, cells[0]+" stands there twice")
			}
			rows[cells[0]] = cells
		}
	}
	for _, table := range created.FindAllStringSubmatch(statements, -1) {
		name, columns := table[1], table[2]
		row := rows[name]
		delete(rows, name)
		switch {
		case row == nil:
			wrong = append(wrong, name+" is missing")
		case row[1] == "" || row[2] == "":
			wrong = append(wrong, name+" has no purpose, or does not say what is personal in it")
		case !classes[row[3]]:
			wrong = append(wrong, name+" is kept for "+row[3]+", which is no class")
		case row[2] == "-" && personal.MatchString(columns):
			wrong = append(wrong, name+" names people, and says that nothing in it is personal")
		}
	}
	for name := range rows {
		wrong = append(wrong, name+" is no table")
	}
	slices.Sort(wrong)
	return wrong
}

// cells are those of a line of a table, less its rule and the heading's.
func cells(line string) (all []string) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "| ") {
		return nil
	}
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		all = append(all, strings.TrimSpace(cell))
	}
	return all
}

// Of every table it is written down what it is for and how long its rows are kept.
func TestData(t *testing.T) {
	page, err := fs.ReadFile(root, "docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(root, "internal/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var statements strings.Builder
	for _, name := range files {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		statements.Write(text)
	}
	for _, wrong := range undescribed(statements.String(), string(page)) {
		t.Errorf("docs/data.md: %s", wrong)
	}
}

func TestUndescribed(t *testing.T) {
	const page = "| class | kept | basis |\n|---|---|---|\n| list | long | none |\n## Tables\n| table | purpose | personal | class |\n"
	for _, test := range []struct{ statement, row, want string }{
		{"CREATE TABLE a (b TEXT);", "| a | b | - | list |", ""},
		{"CREATE TABLE a (b TEXT);", "", "a is missing"},
		{"", "| a | b | - | list |", "a is no table"},
		{"CREATE TABLE a (b TEXT);", "| a |  | - | list |", "no purpose"},
		{"CREATE TABLE a (b TEXT);", "| a | b | - | ever |", "no class"},
		{"CREATE TABLE a (b TEXT);", "| a | b | - | list |\n| a | b | - | list |", "twice"},
		{"CREATE TABLE a (b TEXT REFERENCES person (id));", "| a | b | - | list |", "names people"},
		{"CREATE TABLE a (b TEXT REFERENCES person (id));", "| a | b | id | list |", ""},
	} {
		got := strings.Join(undescribed(test.statement, page+test.row), "; ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%q with %q: %q, want %q", test.statement, test.row, got, test.want)
		}
	}
}
