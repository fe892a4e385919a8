package pdf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A node is an element of the tree that tells what a document consists of: a heading, a list, a cell.
type node struct {
	tag   string
	lang  string
	alt   string
	attrs string // a dictionary, as it is written
	kids  []kid
	ref   int // the number of its object
	up    int
}

// A kid is a node, or the mark of a piece of a page.
type kid struct {
	node     *node
	page, id int
}

// add adds a child to n.
func (n *node) add(tag, lang string) *node {
	k := &node{tag: tag, lang: lang}
	n.kids = append(n.kids, kid{node: k})
	return k
}

// quoted is a string as PDF takes any.
func quoted(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

var (
	root    = regexp.MustCompile(`/Root (\d+) 0 R`)
	info    = regexp.MustCompile(`/Info (\d+) 0 R`)
	startAt = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\s*$`)
)

var errShape = errors.New("pdf: the library's file is not as it was")

// objects takes a file that the library has written apart: the text of each object by its number, from 1.
func objects(raw []byte) (list [][]byte, catalog, about int, err error) {
	at := startAt.FindSubmatch(raw)
	if at == nil {
		return nil, 0, 0, errShape
	}
	start, err := strconv.Atoi(string(at[1]))
	if err != nil || start > len(raw) {
		return nil, 0, 0, errShape
	}
	table := strings.Split(string(raw[start:]), "\n")
	var n int
	if _, err := fmt.Sscanf(table[1], "0 %d", &n); err != nil || len(table) < n+2 {
		return nil, 0, 0, errShape
	}
	list = make([][]byte, n)
	for i := 1; i < n; i++ {
		begin, err := strconv.Atoi(table[i+2][:10])
		if err != nil || begin > len(raw) {
			return nil, 0, 0, errShape
		}
		body, ok := bytes.CutPrefix(raw[begin:], fmt.Appendf(nil, "%d 0 obj\n", i))
		end := start
		for j := 1; j < n; j++ { // up to the object that follows in the file
			if next, _ := strconv.Atoi(table[j+2][:10]); next > begin && next < end {
				end = next
			}
		}
		if !ok {
			return nil, 0, 0, errShape
		}
		list[i] = body[:end-begin-(len(raw[begin:])-len(body))]
	}
	r, f := root.FindSubmatch(raw[start:]), info.FindSubmatch(raw[start:])
	if r == nil || f == nil {
		return nil, 0, 0, errShape
	}
	catalog, _ = strconv.Atoi(string(r[1]))
	about, _ = strconv.Atoi(string(f[1]))
	return list, catalog, about, nil
}

// tagged adds the tree to a file that the library has written. pages are the numbers of the objects of its pages, marks how many
// pieces each has.
func tagged(raw []byte, top *node, pages, marks []int) ([]byte, error) {
	list, catalog, about, err := objects(raw)
	if err != nil {
		return nil, err
	}
	next := func() int {
		list = append(list, nil)
		return len(list) - 1
	}
	rootRef, parents := next(), next()
	owners := make([][]int, len(pages)) // by page and mark: the node
	for i, n := range marks {
		owners[i] = make([]int, n)
	}
	var number func(n *node, up int)
	number = func(n *node, up int) {
		n.ref, n.up = next(), up
		for _, k := range n.kids {
			if k.node != nil {
				number(k.node, n.ref)
			} else {
				owners[k.page][k.id] = n.ref
			}
		}
	}
	number(top, rootRef)
	var write func(n *node)
	write = func(n *node) {
		var b bytes.Buffer
		fmt.Fprintf(&b, "<</Type /StructElem /S /%s /P %d 0 R", n.tag, n.up)
		if n.lang != "" {
			fmt.Fprintf(&b, " /Lang %s", quoted(n.lang))
		}
		if n.alt != "" {
			fmt.Fprintf(&b, " /Alt %s", quoted(n.alt))
		}
		if n.attrs != "" {
			fmt.Fprintf(&b, " /A <<%s>>", n.attrs)
		}
		b.WriteString(" /K [")
		for _, k := range n.kids {
			if k.node != nil {
				fmt.Fprintf(&b, "%d 0 R ", k.node.ref)
				write(k.node)
			} else {
				fmt.Fprintf(&b, "<</Type /MCR /Pg %d 0 R /MCID %d>> ", pages[k.page], k.id)
			}
		}
		b.WriteString("]>>\nendobj\n")
		list[n.ref] = b.Bytes()
	}
	write(top)
	list[rootRef] = fmt.Appendf(nil, "<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d>>\nendobj\n", top.ref, parents, len(pages))
	var b bytes.Buffer
	b.WriteString("<</Nums [")
	for i, refs := range owners {
		fmt.Fprintf(&b, "%d [", i)
		for _, ref := range refs {
			fmt.Fprintf(&b, "%d 0 R ", ref)
		}
		b.WriteString("] ")
	}
	b.WriteString("]>>\nendobj\n")
	list[parents] = b.Bytes()

	insert := func(ref int, what string) error {
		body, ok := bytes.CutPrefix(list[ref], []byte("<<"))
		if !ok {
			return errShape
		}
		list[ref] = append([]byte("<<"+what), body...)
		return nil
	}
	for i, ref := range pages {
		err = cmp.Or(err, insert(ref, fmt.Sprintf("/StructParents %d /Tabs /S ", i)))
	}
	err = cmp.Or(err, insert(catalog, fmt.Sprintf("/MarkInfo <</Marked true>> /StructTreeRoot %d 0 R /ViewerPreferences <</DisplayDocTitle true>> ", rootRef)))
	if err != nil {
		return nil, err
	}
	return whole(list, catalog, about), nil
}

// whole is a file of objects.
func whole(list [][]byte, catalog, about int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(list))
	for i, body := range list[1:] {
		at[i+1] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n", i+1)
		b.Write(body)
	}
	sum := sha256.Sum256(b.Bytes())
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(list))
	for _, offset := range at[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>]>>\nstartxref\n%d\n%%%%EOF\n", len(list), catalog, about, sum[:16], sum[:16], start)
	return b.Bytes()
}
