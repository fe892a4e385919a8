package static

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// spines are the books of spines.svg: left, top, width, and which of the colours. They stand on 300.
var spines = [][4]int{{0, 90, 26, 1}, {29, 120, 18, 2}, {50, 68, 12, 3}, {65, 100, 34, 1}, {102, 140, 16, 4}, {121, 76, 22, 2}, {146, 110, 14, 5},
	{163, 60, 20, 1}, {186, 128, 28, 3}, {217, 86, 12, 2}, {232, 104, 24, 1}, {259, 72, 18, 5}}

// paints are white and --part-1 to --part-5 of app.css, by daylight.
var paints = color.Palette{color.White, color.RGBA{0x0b, 0x5c, 0x63, 0xff}, color.RGBA{0x3f, 0x9b, 0x92, 0xff}, color.RGBA{0xe0, 0xa6, 0x3f, 0xff},
	color.RGBA{0x74, 0x55, 0x8a, 0xff}, color.RGBA{0xcc, 0xd6, 0xd5, 0xff}}

// The size that those who pass a link on show a picture in, and a small square in its middle too.
const shareWidth, shareHeight = 1200, 630

// share is the books as a picture for those who pass a link on, none of whom takes a drawing.
func share() []byte {
	const scale, left, shelf = 2, (shareWidth - 2*277) / 2, 590
	picture := image.NewPaletted(image.Rect(0, 0, shareWidth, shareHeight), paints)
	fill := func(r image.Rectangle, paint int) {
		draw.Draw(picture, r, image.NewUniform(paints[paint]), image.Point{}, draw.Src)
	}
	for _, s := range spines {
		fill(image.Rect(left+scale*s[0], shelf-scale*(300-s[1]), left+scale*(s[0]+s[2]), shelf), s[3])
	}
	fill(image.Rect(left-40, shelf, shareWidth-left+40, shelf+6), 1)
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		panic(err) // a buffer takes all
	}
	return b.Bytes()
}
