// Package view has what every page is made of.
package view

import (
	"kompobib/internal/access"
	"kompobib/internal/web/locale"
)

// A Reader is whom a page is for: what they may do and which language they read.
type Reader struct {
	access.Viewer
	locale.Language
}
