package people

import "testing"

func TestATitleTellsTheRole(t *testing.T) {
	for title, want := range map[string]string{
		"Bibl.ass.":                      "assistant",
		"biblioteksassistent":            "assistant",
		"Biblioteksbiträde":              "assistant",
		"Bibl. bitr.":                    "assistant",
		"bibliotekarie":                  "librarian",
		"Bibliotekarie":                  "librarian",
		"Förste bibliotekarie":           "librarian",
		"1:e bibliotekarie":              "librarian",
		"Bibl.":                          "librarian",
		"barnbibliotekarie":              "childrens-librarian",
		"Barn- och ungdomsbibliotekarie": "childrens-librarian",
		"Skolbibliotekarie":              "school-librarian",
		"gymnasiebibliotekarie":          "school-librarian",
		"bibliotekschef":                 "manager",
		"Biträdande bibliotekschef":      "manager",
		"Enhetschef":                     "manager",
		"medierådgivare":                 "media-adviser",
		"bokbussförare":                  "driver",
		"Chaufför":                       "driver",
		"vaktmästare":                    "caretaker",
		"Vaktm.":                         "caretaker",
		"IT-tekniker":                    "other",
		"Konsulent":                      "other",
		"":                               "other",
	} {
		if got := RoleOf(title); got != want {
			t.Errorf("a %q is taken for %s, not %s", title, got, want)
		}
	}
}
