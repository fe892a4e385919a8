package db

import "fmt"

// Int is b for a column of truths, which are INTEGER 0 or 1 on both engines.
func Int(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Truth is where a column of truths is scanned to.
func Truth(b *bool) any { return (*truth)(b) }

type truth bool

// Scan implements sql.Scanner.
func (b *truth) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("db: %T is no truth", v)
	}
	*b = n != 0
	return nil
}
