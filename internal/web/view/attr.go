package view

import (
	"github.com/a-h/templ"

	"kompobib/internal/fault"
)

// wrong are the attributes of an input that tell of its help and its fault.
func wrong(f Field, faults fault.List) templ.Attributes {
	attributes := templ.Attributes{}
	if faults.In(f.Name) != nil {
		attributes["aria-invalid"] = "true"
	}
	if ids := f.described(faults); ids != "" {
		attributes["aria-describedby"] = ids
	}
	return attributes
}

func widthClass(f Field) string {
	if f.Width == "" {
		return ""
	}
	return "field--" + f.Width
}
