// Package docs has what goes along inside the program of these texts: the handbook, which is its help too.
package docs

import "embed"

//go:embed handbok.md pictures/handbok
var files embed.FS

// Handbook is the users' handbook, in Markdown.
func Handbook() []byte { return must("handbok.md") }

// Pictures are the handbook's pictures, by the path that the text names them by.
func Pictures() map[string][]byte {
	const folder = "pictures/handbok"
	all := map[string][]byte{}
	entries, err := files.ReadDir(folder)
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		all[folder+"/"+e.Name()] = must(folder + "/" + e.Name())
	}
	return all
}

// must panics on a file that cannot be had: they are compiled in.
func must(name string) []byte {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return text
}
