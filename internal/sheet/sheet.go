// Package sheet writes lists as files that spreadsheets open: XLSX, and CSV as a Swedish Excel reads it. A text is
// always a text in them, never a formula, whatever someone has typed into a name.
package sheet

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"kompobib/internal/local"
)

// A Kind is what a column holds.
type Kind int

const (
	Text    Kind = iota
	Number       // whole numbers
	Decimal      // with two decimals
	Percent      // of 1: 0.75 is shown as 75 %
	Date         // [local.Date]
	Time         // [time.Time], shown as it is, so in the reader's zone
)

// A Column has a label and a kind.
type Column struct {
	Label string
	Kind  Kind
	Width int // in characters; 0 for what its kind needs
}

// A Table is a list to write. Rows yields the values of a row in the order of the columns: texts, numbers, dates, times, truths;
// nil and the empty date leave a cell empty.
type Table struct {
	Name    string // of the sheet
	Columns []Column
	Rows    iter.Seq[[]any]
}

// Media types and the ends of file names.
const (
	XLSX = "xlsx"
	CSV  = "csv"
)

// MediaType returns the media type of a format.
func MediaType(format string) string {
	if format == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Write writes t in a format.
func (t Table) Write(w io.Writer, format string) error {
	switch format {
	case XLSX:
		return t.xlsx(w)
	case CSV:
		return t.csv(w)
	}
	return fmt.Errorf("sheet: no format %q", format)
}

var widths = [...]int{Text: 24, Number: 10, Decimal: 12, Percent: 10, Date: 12, Time: 17}

var formats = [...]string{Text: "@", Number: "0", Decimal: "#,##0.00", Percent: "0.0%", Date: "yyyy-mm-dd", Time: "yyyy-mm-dd hh:mm"}

func (t Table) xlsx(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	name := sheetName(t.Name)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E6EDF2"}},
		Border:    []excelize.Border{{Type: "bottom", Style: 1, Color: "5A6B78"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	})
	if err != nil {
		return err
	}
	styles := make([]int, len(formats))
	for kind, format := range formats {
		if styles[kind], err = f.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return err
		}
	}
	row := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		width := c.Width
		if width == 0 {
			width = max(widths[c.Kind], min(utf8.RuneCountInString(c.Label)+2, 40))
		}
		if err := out.SetColWidth(i+1, i+1, float64(width)); err != nil {
			return err
		}
		row[i] = excelize.Cell{StyleID: head, Value: c.Label}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", row); err != nil {
		return err
	}
	n := 1
	for values := range t.Rows {
		n++
		if len(values) != len(t.Columns) {
			return fmt.Errorf("sheet: a row of %d values for %d columns", len(values), len(t.Columns))
		}
		for i, value := range values {
			row[i] = excelize.Cell{StyleID: styles[t.Columns[i].Kind], Value: cell(value)}
		}
		if err := out.SetRow("A"+strconv.Itoa(n), row); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// cell is a value as excelize takes it: a text stays a text.
func cell(value any) any {
	switch v := value.(type) {
	case local.Date:
		if v == "" {
			return nil
		}
		return v.Time()
	case string:
		return clean(v)
	case *int:
		if v == nil {
			return nil
		}
		return *v
	}
	return value
}

// clean leaves out what XML cannot hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

// sheetName is a name that Excel takes for a sheet.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s), " '")
	if runes := []rune(s); len(runes) > 31 {
		s = strings.Trim(string(runes[:31]), " '")
	}
	if s == "" {
		return "Lista"
	}
	return s
}

// csv writes UTF-8 with a byte order mark, which makes Excel read it as UTF-8, semicolons, decimal commas, and lines ended by CRLF.
func (t Table) csv(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString("\ufeff")
	for i, c := range t.Columns {
		write(b, i, guard(c.Label))
	}
	b.WriteString("\r\n")
	for values := range t.Rows {
		if len(values) != len(t.Columns) {
			return fmt.Errorf("sheet: a row of %d values for %d columns", len(values), len(t.Columns))
		}
		for i, value := range values {
			write(b, i, plain(value, t.Columns[i].Kind))
		}
		b.WriteString("\r\n")
	}
	return b.Flush() // also tells of any error before
}

func write(b *bufio.Writer, i int, s string) {
	if i > 0 {
		b.WriteByte(';')
	}
	if strings.ContainsAny(s, ";\"\r\n") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	b.WriteString(s)
}

// plain is a value as CSV has it.
func plain(value any, kind Kind) string {
	switch v := cell(value).(type) {
	case nil:
		return ""
	case string:
		return guard(v)
	case float64:
		switch kind {
		case Percent:
			return strings.Replace(strconv.FormatFloat(v*100, 'f', -1, 64), ".", ",", 1) + " %"
		case Decimal:
			return strings.Replace(strconv.FormatFloat(v, 'f', 2, 64), ".", ",", 1)
		}
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", ",", 1)
	case time.Time:
		if kind == Date {
			return v.Format("2006-01-02")
		}
		return v.Format("2006-01-02 15:04")
	case bool:
		if v {
			return "1"
		}
		return "0"
	case int, int64, int32:
		return fmt.Sprint(v)
	default:
		return guard(fmt.Sprint(v))
	}
}

// guard puts an apostrophe before a text that a spreadsheet would take for a formula.
func guard(s string) string {
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0")); strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first) && s != "" {
		return "'" + s
	}
	return s
}

// Disposition is the Content-Disposition of a file to keep, by a name that may have any letters in it.
func Disposition(name, format string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|;`, r) {
			return '-'
		}
		return r
	}, strings.TrimSpace(name)) + "." + format
	ascii := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("åäÅÄ", r):
			return 'a'
		case strings.ContainsRune("öÖ", r):
			return 'o'
		case r > unicode.MaxASCII:
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
