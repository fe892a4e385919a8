package view

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	comment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	selectors  = regexp.MustCompile(`([^{}]*)\{`)
	classIn    = regexp.MustCompile(`\.([a-zA-Z][\w-]*)`)
	quoted     = regexp.MustCompile("\"[^\"\n]*\"|`[^`]*`")
	word       = regexp.MustCompile(`[\w-]+`)
	attribute  = regexp.MustCompile(`class="([^"]*)"`)
	expression = regexp.MustCompile(`class=\{([^}]*)\}`)
)

// classes are those that the selectors of a style sheet name.
func classes(t *testing.T, path string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range selectors.FindAllStringSubmatch(comment.ReplaceAllString(string(text), ""), -1) {
		for _, c := range classIn.FindAllStringSubmatch(s[1], -1) {
			all = append(all, c[1])
		}
	}
	return all
}

// Every class in our style sheet is on some page, and every class on a page is in a style sheet.
func TestStylesAndPagesBelongTogether(t *testing.T) {
	const vendor, ours = "../static/vendor/designsystemet.css", "../static/app.css"
	var named, used []string
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, _ fs.DirEntry, err error) error {
		kind := path[strings.LastIndex(path, ".")+1:]
		if err != nil || !slices.Contains([]string{"go", "templ", "js", "svg"}, kind) || strings.HasPrefix(path, "static/vendor") ||
			strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile("../" + path)
		for _, q := range quoted.FindAllString(string(text), -1) {
			named = append(named, word.FindAllString(q, -1)...)
		}
		for _, a := range attribute.FindAllStringSubmatch(string(text), -1) {
			used = append(used, strings.Fields(a[1])...)
		}
		for _, x := range expression.FindAllStringSubmatch(string(text), -1) {
			for _, q := range quoted.FindAllString(x[1], -1) {
				used = append(used, word.FindAllString(q, -1)...)
			}
		}
		return err
	})
	if err != nil || len(used) == 0 {
		t.Fatal("no classes are found: ", err)
	}
	// Those that are put together, and the one that htmx sets.
	named = append(named, partClass(0), partClass(1), partClass(2), partClass(3), partClass(4),
		strings.TrimSpace(widthClass(Field{Width: "short"})), strings.TrimSpace(widthClass(Field{Width: "medium"})), "htmx-request")
	styled := classes(t, ours)
	for _, c := range slices.Compact(slices.Sorted(slices.Values(styled))) {
		if !slices.Contains(named, c) {
			t.Errorf("%s has .%s, which no page has", ours, c)
		}
	}
	styled = append(styled, classes(t, vendor)...)
	for _, c := range slices.Compact(slices.Sorted(slices.Values(used))) {
		if !slices.Contains(styled, c) {
			t.Errorf("pages have the class %s, which is in no style sheet", c)
		}
	}
}
