// Package static has the files that pages lean on: one style sheet, one script, the font, the emblem
// and the handbook's pictures. Their addresses bear a hash of what is in them, so that a
// browser may keep them for ever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"

	"kompobib/docs"
)

//go:embed vendor/*.css vendor/*.js vendor/*.woff2 app.css app.js attendance.js workshop.js emblem/*.svg *.svg
var files embed.FS

// Root is the path that all files stand under.
const Root = "/static/"

// A File as it is sent.
type File struct {
	URL     string
	Kind    string // media type
	Body    []byte
	Gzipped []byte // nil where it gains nothing
}

// The style sheets and scripts of others go out together with ours: fewer requests, and ours last, so that they win.
var bundles = map[string][]string{
	"site.css": {"vendor/designsystemet.css", "vendor/theme.css", "app.css"},
	"site.js":  {"vendor/htmx.min.js", "app.js"},
}

// The fonts are named in the style sheet, so their addresses must be known before it is put together.
var fonts = map[string]string{"FONT-LATIN": "vendor/inter-latin.woff2", "FONT-EXT": "vendor/inter-latin-ext.woff2"}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

var byName, byURL = gather()

// URL is the address of a file: "site.css", "emblem/eu.svg". It is empty for one that is not there.
func URL(name string) string {
	if f := byName[name]; f != nil {
		return f.URL
	}
	return ""
}

// At returns the file with an address, nil if there is none.
func At(url string) *File { return byURL[url] }

// Text is what a file says; for drawings that stand in the page itself.
func Text(name string) string {
	if f := byName[name]; f != nil {
		return string(f.Body)
	}
	return ""
}

// Read returns a file's bytes, for the demo that stores some as files of its own.
func Read(name string) ([]byte, error) { return files.ReadFile(name) }

// gather panics on a file that cannot be had: they are compiled in.
func gather() (map[string]*File, map[string]*File) {
	names, urls := map[string]*File{}, map[string]*File{}
	add := func(name string, body []byte) {
		sum := sha256.Sum256(body)
		f := &File{
			URL:  Root + hex.EncodeToString(sum[:6]) + "/" + path.Base(name),
			Body: body,
		}
		f.Kind = kinds[path.Ext(name)]
		if small := squeeze(body); len(small) < len(body)*9/10 {
			f.Gzipped = small
		}
		names[name], urls[f.URL] = f, f
	}
	read := func(name string) []byte {
		body, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		return body
	}
	for _, name := range fonts {
		add(name, read(name))
	}
	for name, picture := range docs.Pictures() {
		add(name, picture)
	}
	add("share.png", share())
	for name, parts := range bundles {
		var all [][]byte
		for _, part := range parts {
			all = append(all, read(part))
		}
		body := bytes.Join(all, []byte("\n"))
		for word, font := range fonts {
			body = bytes.ReplaceAll(body, []byte(word), []byte(names[font].URL))
		}
		add(name, body)
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || bundled(name) || names[name] != nil {
			return err
		}
		add(name, read(name))
		return nil
	})
	if err != nil {
		panic(err)
	}
	return names, urls
}

func bundled(name string) bool {
	for _, parts := range bundles {
		if slices.Contains(parts, name) {
			return true
		}
	}
	return false
}

func squeeze(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	_, err = z.Write(body)
	if err != nil || z.Close() != nil {
		return nil
	}
	return b.Bytes()
}
