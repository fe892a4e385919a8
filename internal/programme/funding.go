package programme

import (
	"context"

	"kompobib/internal/db"
	"kompobib/internal/local"
)

// A FundingPeriod decides what every page, letter and report of a programme must bear, and which
// indicators it counts. The rules of publicity: Regulation (EC) 1828/2006 art. 8-9, (EU) 1303/2013
// annex XII, (EU) 2021/1060 art. 47 and 50.
type FundingPeriod struct {
	Code, Name   string
	Emblem       string // a file among the static ones
	Alt          Both   // the emblem's text alternative
	Statement    Both
	IndicatorSet Both // what the regulation has participants and results counted by: it and its annex
	Valid        local.Period
}

// Both is a text in both languages.
type Both struct{ Swedish, English string }

// FundingPeriods returns all funding periods, the newest first.
func FundingPeriods(ctx context.Context, c db.Conn) ([]FundingPeriod, error) {
	return db.All(ctx, c, func(f *FundingPeriod) []any {
		return []any{&f.Code, &f.Name, &f.Emblem, &f.Alt.Swedish, &f.Alt.English, &f.Statement.Swedish, &f.Statement.English,
			&f.IndicatorSet.Swedish, &f.IndicatorSet.English, &f.Valid.From, &f.Valid.To}
	}, `SELECT code, name, emblem, emblem_alt_sv, emblem_alt_en, statement_sv, statement_en, indicator_set_sv, indicator_set, valid_from, COALESCE(valid_to, '')
		FROM funding_period ORDER BY valid_from DESC, code`)
}
