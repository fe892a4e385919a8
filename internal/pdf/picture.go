package pdf

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errPicture = errors.New("pdf: no picture of straight edges")

// ReadPicture reads a drawing in SVG that consists of paths with straight edges, each filled with one colour. All else in it is
// passed over.
func ReadPicture(svg string) (Picture, error) {
	var doc struct {
		Box   string `xml:"viewBox,attr"`
		Paths []struct {
			Fill string `xml:"fill,attr"`
			D    string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(svg), &doc); err != nil {
		return Picture{}, fmt.Errorf("%w: %w", errPicture, err)
	}
	box, err := numbers(doc.Box)
	if err != nil || len(box) != 4 || !(box[2] > 0 && box[3] > 0) {
		return Picture{}, errPicture
	}
	p := Picture{Left: box[0], Top: box[1], Width: box[2], Height: box[3]}
	for _, path := range doc.Paths {
		fill, err := colour(path.Fill)
		if err != nil {
			return Picture{}, err
		}
		if _, err := edges(path.D); err != nil {
			return Picture{}, err
		}
		p.Shapes = append(p.Shapes, Shape{Fill: fill, Path: path.D})
	}
	return p, nil
}

// colour reads #rgb and #rrggbb; none is black.
func colour(s string) (c Colour, err error) {
	s = strings.TrimPrefix(s, "#")
	if s == "" {
		return c, nil
	}
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return c, errPicture
	}
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, nil
}

// numbers are those of a text, with a blank, a comma or the next one's sign between them.
func numbers(s string) (list []float64, err error) {
	start := 0
	cut := func(end int) {
		if part := s[start:end]; part != "" && err == nil {
			var n float64
			if n, err = strconv.ParseFloat(part, 64); err == nil {
				list = append(list, n)
			}
		}
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || c == ',' || c == '\n' || c == '\t':
			cut(i)
			start = i + 1
		case c == '-' && i > start && s[i-1] != 'e':
			cut(i)
			start = i
		}
	}
	cut(len(s))
	return list, err
}

type point struct{ x, y float64 }

// edges are the polygons of a path.
func edges(path string) (all [][]point, err error) {
	var at, first point
	var now []point
	end := func() {
		if len(now) > 2 {
			all = append(all, now)
		}
		now = nil
	}
	for path = strings.TrimSpace(path); path != ""; {
		command := path[0]
		n := strings.IndexAny(path[1:], "MmLlHhVvZz")
		if n < 0 {
			n = len(path) - 1
		}
		args, err := numbers(path[1 : n+1])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPicture, err)
		}
		path = path[n+1:]
		step := 2
		switch command {
		case 'H', 'h', 'V', 'v':
			step = 1
		case 'Z', 'z':
			end()
			at = first
			if len(args) > 0 {
				return nil, errPicture
			}
			continue
		case 'M', 'm', 'L', 'l':
		default:
			return nil, errPicture
		}
		if len(args) == 0 || len(args)%step != 0 {
			return nil, errPicture
		}
		for i := 0; i < len(args); i += step {
			to := at
			switch command {
			case 'M', 'L':
				to = point{args[i], args[i+1]}
			case 'm', 'l':
				to = point{at.x + args[i], at.y + args[i+1]}
			case 'H':
				to.x = args[i]
			case 'h':
				to.x += args[i]
			case 'V':
				to.y = args[i]
			case 'v':
				to.y += args[i]
			}
			if i == 0 && (command == 'M' || command == 'm') {
				end()
				first = to
			}
			at = to
			now = append(now, at)
		}
	}
	end()
	return all, nil
}
