package view

import "testing"

// Each cell is named by its column, but for the head of a row and what stands under a name that is hidden.
func TestNameCells(t *testing.T) {
	columns := []Column{{Label: "Ja", Hidden: true}, {Label: "Namn"}, {Label: `När & "var"`}, {Label: "Tid", Number: true}}
	rows := `<tr><td><input type="checkbox"></td><th scope="row">Åsa</th><td><time>12 oktober</time></td><td class="number">3 &lt;td</td><td>en till</td></tr><tr><td></td></tr>`
	want := `<tr><td><input type="checkbox"></td><th scope="row">Åsa</th><td data-label="När &amp; &#34;var&#34;"><time>12 oktober</time></td>` +
		`<td data-label="Tid" class="number">3 &lt;td</td><td>en till</td></tr><tr><td></td></tr>`
	if got := nameCells(rows, columns); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
