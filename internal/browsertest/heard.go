package browsertest

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// heard reads the browser's accessibility tree.
func heard(ctx context.Context) ([]string, error) {
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil || node.Name == nil {
			continue
		}
		role, name := text(node.Role), strings.TrimSpace(text(node.Name))
		if name == "" || role == "StaticText" || role == "InlineTextBox" {
			continue
		}
		var line strings.Builder
		line.WriteString(role + " " + name)
		for _, property := range node.Properties {
			switch value := text(property.Value); string(property.Name) {
			case "invalid", "focused", "checked", "expanded", "disabled", "required":
				if value != "" && value != "false" {
					line.WriteString(" (" + string(property.Name) + ")")
				}
			}
		}
		lines = append(lines, line.String())
	}
	return lines, nil
}

// text is the value as a person would write it.
func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) == nil {
		return s
	}
	return string(v.Value)
}
