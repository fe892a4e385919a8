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

// told reads from the tree what a screen reader says by itself.
func told(ctx context.Context) (focus string, live []string, err error) {
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return "", nil, err
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, node := range tree.Nodes {
		nodes[node.NodeID] = node
	}
	var within func(node *accessibility.Node) []string
	within = func(node *accessibility.Node) (texts []string) {
		if text(node.Role) == "StaticText" {
			return []string{text(node.Name)}
		}
		for _, id := range node.ChildIDs {
			if child := nodes[id]; child != nil {
				texts = append(texts, within(child)...)
			}
		}
		return texts
	}
	for _, node := range tree.Nodes {
		if node.Ignored {
			continue
		}
		has := map[accessibility.PropertyName]string{}
		for _, property := range node.Properties {
			has[property.Name] = text(property.Value)
		}
		_, inner := has[accessibility.PropertyNameRoot] // a part of a live region, rather than the region
		if region := has[accessibility.PropertyNameLive]; region != "" && region != "off" && !inner {
			if texts := within(node); texts != nil {
				live = append(live, strings.Join(texts, " "))
			}
		}
		if has[accessibility.PropertyNameFocused] == "true" && text(node.Role) != "RootWebArea" {
			focus = strings.TrimSpace(strings.Join([]string{text(node.Role), text(node.Name), text(node.Description)}, " "))
		}
	}
	return focus, live, nil
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
