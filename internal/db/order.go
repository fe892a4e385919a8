package db

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// An Order is what a list is sorted by, which its pages go on by too: a page begins behind the keys of the last row of the one
// before, so that rows which come or go meanwhile disturb nothing.
type Order struct {
	By      []string // expressions of SQL that are never NULL, the last of them the row's id
	Falling bool
}

// SQL is what stands after ORDER BY.
func (o Order) SQL() string {
	if o.Falling {
		return strings.Join(o.By, " DESC, ") + " DESC"
	}
	return strings.Join(o.By, ", ")
}

// Behind is the condition of the rows behind one whose expressions have these values.
func (o Order) Behind(args *[]any, keys []any) string {
	parameters := make([]string, len(keys))
	for i, key := range keys {
		*args = append(*args, key)
		parameters[i] = fmt.Sprintf("$%d", len(*args))
	}
	beyond := ") > ("
	if o.Falling {
		beyond = ") < ("
	}
	return "(" + strings.Join(o.By, ", ") + beyond + strings.Join(parameters, ", ") + ")"
}

// Mark makes the keys of a page's last row, texts and whole numbers, a text for a link.
func Mark(keys ...any) string {
	text, err := json.Marshal(keys)
	if err != nil {
		panic(err) // texts and numbers always can
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// ReadMark reads what [Mark] made of keys of the same sorts as these examples; ok is false if it did not.
func ReadMark(mark string, like ...any) (keys []any, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(mark)
	var parts []json.RawMessage
	if err != nil || json.Unmarshal(text, &parts) != nil || len(parts) != len(like) {
		return nil, false
	}
	for i, part := range parts {
		switch like[i].(type) {
		case string:
			var s string
			if json.Unmarshal(part, &s) != nil || strings.Contains(s, "\x00") {
				return nil, false
			}
			keys = append(keys, s)
		default:
			var n int64
			if json.Unmarshal(part, &n) != nil {
				return nil, false
			}
			keys = append(keys, n)
		}
	}
	return keys, true
}
