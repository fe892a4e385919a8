package roster

import (
	"slices"
	"strings"

	"kompobib/internal/people"
)

// A Field is something that a list may tell of an employee.
type Field string

const (
	Identity     Field = "identity"
	Birth        Field = "birth" // a day of birth without the last four
	Name         Field = "name"  // the whole name in one cell
	Given        Field = "given"
	Family       Field = "family"
	Workplace    Field = "workplace"
	Municipality Field = "municipality"
	Title        Field = "title"
	Share        Field = "share"
	From         Field = "from"
	To           Field = "to" // the last day
	Email        Field = "email"
	Phone        Field = "phone"
	Gender       Field = "gender"
	Protected    Field = "protected"
	Employer     Field = "employer"
	OrgNumber    Field = "org-number"
)

// Fields are all fields, in the order that a page shows them.
var Fields = []Field{Identity, Birth, Name, Given, Family, Workplace, Municipality, Title, Share, From, To, Email, Phone, Gender, Protected, Employer, OrgNumber}

// headers are what HR systems call a field, folded, the surest first.
var headers = map[Field][]string{
	Identity: {"personnummer", "personnr", "personal identity number", "personal identification number", "identity number", "personal number", "persnr", "pnr", "person nr",
		"födelsedatum personnr", "födelsedatum personnummer", "personnummer samordningsnummer", "samordningsnummer", "social security number", "ssn", "id nummer", "personal id"},
	Birth:  {"födelsedatum", "född", "date of birth", "birth date", "birthdate", "born", "födelsedag", "day of birth"},
	Name:   {"namn", "name", "full name", "fullständigt namn", "efternamn förnamn", "efternamn och förnamn", "förnamn efternamn", "förnamn och efternamn", "för och efternamn", "employee name", "medarbetare", "anställds namn", "anställd", "employee", "personnamn", "hela namnet", "whole name"},
	Given:  {"förnamn", "tilltalsnamn", "first name", "firstname", "given name", "forename", "fornamn", "given"},
	Family: {"efternamn", "last name", "lastname", "surname", "family name", "familjenamn", "family"},
	Workplace: {"arbetsplats", "arbetsställe", "workplace", "place of work", "placering", "placeringsenhet", "organisationsenhet", "org enhet", "orgenhet", "enhet", "enhetsnamn", "tjänsteställe",
		"bibliotek", "library", "filial", "branch", "unit", "avdelning", "department", "arbetsplatsnamn", "organisation"},
	Municipality: {"kommun", "kommunkod", "municipality", "municipality code", "kommunnamn", "municipality name"},
	Title:        {"befattning", "titel", "job title", "title", "yrkestitel", "tjänstetitel", "befattningsbenämning", "befattningstext", "tjänst", "yrke", "position", "roll", "role", "anställd som", "benämning"},
	Share: {"sysselsättningsgrad", "syssgrad", "syss grad", "tjänstgöringsgrad", "tjgrad", "tj grad", "anställningsgrad", "fte", "share of full time", "full time equivalent", "employment rate",
		"andel av heltid", "heltidsandel", "omfattning", "percent of full time", "percentage", "percent", "procent", "grad", "sysselsättning", "share"},
	From: {"anställd from", "anställd fr o m", "anställningsdatum", "anstdat", "anst dat", "anställd från", "anställd från och med", "startdatum", "start date", "start", "employed from", "employed since", "hire date", "hired",
		"tillträdesdatum", "tillträde", "första anställningsdag", "anställningsdag", "anst from", "from", "fom", "fr o m", "börjar", "giltig from"},
	To: {"anställd tom", "anställd t o m", "slutdatum", "slutdat", "end date", "end", "employed until", "anställd till", "anställd till och med", "sista anställningsdag", "last day", "last day employed", "avgångsdatum", "avgång", "anst tom",
		"tom", "t o m", "until", "to", "slutar", "giltig tom"},
	Email:     {"e post", "epost", "e postadress", "epostadress", "email", "e mail", "e mail address", "email address", "mejl", "mejladress", "mail", "mailadress"},
	Phone:     {"mobil", "mobilnummer", "mobiltelefon", "mobile", "mobile phone", "telefon", "telefonnummer", "phone", "phone number", "tjänstetelefon", "tel", "telephone"},
	Gender:    {"kön", "juridiskt kön", "gender", "sex"},
	Protected: {"skyddade personuppgifter", "skyddad identitet", "protected", "protected identity", "sekretessmarkering", "sekretessmarkerad", "sekretess", "skyddad", "skyddad folkbokföring"},
	Employer:  {"arbetsgivare", "employer", "arbetsgivarnamn", "huvudman"},
	OrgNumber: {"organisationsnummer", "orgnr", "org nr", "organisation number", "organization number", "arbetsgivarens organisationsnummer"},
}

// within are parts of a header that tell the field where no whole name does, the narrowest first.
var within = []struct {
	part  string
	field Field
}{
	{"personnummer", Identity}, {"personnr", Identity}, {"identity number", Identity},
	{"organisationsnummer", OrgNumber}, {"förnamn", Given}, {"efternamn", Family}, {"first name", Given}, {"last name", Family},
	{"kommun", Municipality}, {"municipality", Municipality}, {"arbetsplats", Workplace}, {"workplace", Workplace}, {"enhet", Workplace},
	{"befattning", Title}, {"titel", Title}, {"sysselsättningsgrad", Share}, {"tjänstgöringsgrad", Share}, {"grad", Share},
	{"anställd fr", From}, {"startdatum", From}, {"start date", From}, {"anställd t", To}, {"slutdatum", To}, {"end date", To},
	{"e post", Email}, {"epost", Email}, {"email", Email}, {"e mail", Email}, {"mobil", Phone}, {"telefon", Phone}, {"phone", Phone},
	{"skyddad", Protected}, {"sekretess", Protected}, {"protected", Protected},
}

// surnameFirst reports whether a column of whole names is called so that the surname stands first in it.
func surnameFirst(label string) bool {
	label = people.Fold(label)
	first := func(words ...string) int {
		at := len(label)
		for _, w := range words {
			if i := strings.Index(label, w); i >= 0 {
				at = min(at, i)
			}
		}
		return at
	}
	given := first("förnamn", "tilltalsnamn", "first name", "given name", "forename")
	return given < len(label) && first("efternamn", "last name", "surname", "family name") < given
}

// guess finds the column of each field by what the columns are called. Of several that fit, the one whose name is the surest has it.
func guess(labels []string) map[Field]int {
	type sure struct{ column, rank int }
	found := map[Field]sure{}
	taken := map[int]bool{}
	folded := make([]string, len(labels))
	for i, label := range labels {
		folded[i] = people.Fold(label)
		for field, names := range headers {
			if rank := slices.Index(names, folded[i]); rank >= 0 {
				taken[i] = true
				if was, has := found[field]; !has || rank < was.rank {
					found[field] = sure{i, rank}
				}
			}
		}
	}
	for _, w := range within {
		for i, label := range folded {
			if _, has := found[w.field]; !has && !taken[i] && strings.Contains(label, w.part) {
				found[w.field] = sure{i, 0}
				taken[i] = true
			}
		}
	}
	columns := map[Field]int{}
	for field, s := range found {
		columns[field] = s.column
	}
	return columns
}
