package view_test

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"kompobib/internal/fault"
	"kompobib/internal/local"
	"kompobib/internal/web/view"
)

// in is a component with others as its children.
func in(outer templ.Component, inner ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, templ.Join(inner...)), w)
	})
}

// pieces is a page with one of each.
func pieces(r view.Reader, faults fault.List) templ.Component {
	none := fault.List(nil)
	row := templ.Raw(`<tr><th scope="row"><a href="/people/1">Åsa Exempelsson</a></th><td>Stadsbiblioteket i Eskilstuna</td><td class="number">1 234</td></tr>`)
	leaf := in(templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		io.WriteString(w, `<ul class="list">`)
		for _, d := range []local.Date{"2012-10-12", "2012-12-01"} {
			io.WriteString(w, `<li>`)
			view.Leaf(r, d).Render(ctx, w)
			io.WriteString(w, `<div><h3><a href="/x">Ledarskap 7: att leda i förändring</a></h3><p>`+r.When(d, "13:00", "16:00")+`, Eskilstuna</p></div><div class="list__end">`)
			view.Meter(17, 20, r.Number(17)+" av 20").Render(ctx, w)
			view.State(r, "signup-state", "waiting").Render(ctx, w)
			io.WriteString(w, `</div></li>`)
		}
		io.WriteString(w, `</ul>`)
		return nil
	}))
	return in(view.Layout(r, view.Page{Title: "Alla delar på en sida", Lead: "Så ser varje del ut, med ett längre stycke text som visar hur raderna bryts.", Wide: true,
		Crumbs: []view.Link{{Href: "/", Text: "Start"}, {Href: "/people", Text: "Personer"}}, Faults: faults}),
		in(view.Actions(), view.Button("/people/new", "Ny person", "primary"), view.Button("/people", "Läs in från fil", "secondary")),
		view.Tabs("Delar", []view.Link{{Text: "Översikt"}, {Href: "/x", Text: "Deltagare"}, {Href: "/y", Text: "Närvaro"}}),
		in(view.Figures(),
			view.FigureOf(r, view.Figure{Number: r.Number(496), Label: "I målgruppen", Definition: "Alla anställda den dagen."}),
			view.FigureOf(r, view.Figure{Number: r.Number(412), Label: "Har deltagit", Note: r.Share(412, 496), Href: "/rows", Definition: "Minst en minut."}),
			view.FigureOf(r, view.Figure{Number: r.Minutes(754321), Label: "Tid"})),
		view.SearchForm(r, "/people", "Sök på namn"),
		in(view.Table(r, view.Head{Caption: "Personer", Columns: []view.Column{{Label: "Namn", Sort: "name"}, {Label: "Arbetsplats"}, {Label: "Minuter", Number: true, Sort: "minutes"}}}), row, row, row),
		in(view.Long(r, 77, false), in(view.Table(r, view.Head{Caption: "Arbetsplatser", Columns: []view.Column{{Label: "Namn"}, {Label: "Arbetsplats"}, {Label: "Minuter", Number: true}}}), row)),
		view.Downloads(r), view.Pager(r, "/a", "/b"),
		in(view.Section("list", "Tillfällen"), leaf),
		in(view.Section("chart", "Diagram"),
			view.ChartOf(r, "c1", view.Chart{Title: "Från anställd till deltagare", Text: "496 anställda, 412 deltog.", Whole: 496, Bars: []view.Bar{
				{Label: "Anställda", Parts: []int{496}}, {Label: "I målgruppen", Parts: []int{470}}, {Label: "Nådda av inbjudan", Parts: []int{450}}, {Label: "Deltog", Parts: []int{412}, Note: "83 %"}}}),
			view.ChartOf(r, "c2", view.Chart{Title: "Per län", Text: "Tre län.", Parts: []string{"Deltog", "Anmälda", "Nådda", "Ej nådda"}, Bars: []view.Bar{
				{Label: "Södermanlands län", Parts: []int{90, 20, 30, 10}}, {Label: "Örebro län", Parts: []int{120, 30, 10, 40}}, {Label: "Sjukhusbiblioteket", Shy: true, Note: "Färre än fem"}}})),
		in(view.Section("facts", "Fakta"), view.Facts(view.Fact{Label: "Titel", Value: "Bibliotekarie"}, view.Fact{Label: "Period", Value: r.Dates("2011-01-17", "2013-03-31")}),
			in(view.Alert("info"), templ.Raw("<p>Anmälan öppnar på måndag.</p>")),
			in(view.Details("Så räknas minuterna"), templ.Raw("<p>Slut minus start minus raster.</p>")),
			view.Empty("Inga tillfällen än", "Lägg till ett tillfälle, så kan anmälan öppna.", view.Link{Href: "/x", Text: "Lägg till tillfälle"}),
			in(view.Cards(), in(view.Card("/a", "Ledarskap"), view.Tag("Kurs", "neutral"), templ.Raw("<p>Sju träffar för chefer.</p>")), in(view.Card("/b", "Kick-off"), view.State(r, "signup-state", "seated")))),
		in(view.Section("form", "Formulär"), in(view.FormOf(view.Form{Action: "/x", Version: 3, Key: "k"}),
			view.Input(r, view.Field{Name: "title", Label: "Titel", Help: "Så som den ska synas i kalendern.", Value: "Ledarskap"}, faults),
			in(view.Row(), view.Input(r, view.Field{Name: "date", Label: "Datum", Kind: "date", Width: "medium"}, faults), view.Input(r, view.Field{Name: "start", Label: "Börjar", Kind: "time", Width: "short", Value: "13:00"}, faults),
				view.Input(r, view.Field{Name: "minutes", Label: "Rast", Width: "short", Unit: "min", Optional: true}, faults)),
			view.Textarea(r, view.Field{Name: "text", Label: "Beskrivning", Optional: true}, faults),
			view.Select(r, view.Field{Name: "kind", Label: "Sort", Value: "course", Options: view.Options(r, "activity-kind", "lecture", "course")}, faults),
			view.Radios(r, view.Field{Name: "travel", Label: "Vem betalar resan?", Value: "project", Options: view.Options(r, "payer", "project", "employer")}, faults),
			view.Checkboxes(r, view.Field{Name: "goals", Label: "Målområden", Values: []string{"1"}, Options: []view.Option{{Value: "1", Label: "Medborgarnas behov", Help: "Nu och framöver."}, {Value: "2", Label: "Nya medier"}}}, faults),
			in(view.Group("Publicering", "Vad alla får se."), view.Checkbox(r, view.Field{Name: "published", Label: "Synlig i kalendern", Value: "1"}, faults)),
			view.StaleForm(r, view.Quicker(r, []view.Stale{{Label: "Titel", Yours: "Ledarskap 7", Theirs: "Ledarskap sju"}})),
			in(view.Actions(), view.Submit("Spara"), view.SubmitAs("Spara och lägg till fler", "more", "1", "secondary"), view.SubmitDanger("Ställ in"), view.Button("/x", "Avbryt", "tertiary")))),
		in(view.FormOf(view.Form{Action: "/y", Quiet: true}), view.Submit("Anmäl mig"), view.Hidden("a", "b"), view.Input(r, view.Field{Name: "file", Label: "Fil", Kind: "file"}, none)),
	)
}
