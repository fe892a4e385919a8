package people

import "testing"

// An identity number is found in a text however people write it, and days, times, phones and the numbers of organisations are not taken for one.
func TestNumbersIn(t *testing.T) {
	const born = "480322"
	for _, text := range []string{
		"480322-9949", "480322 9949", "4803229949", "480322+9949", "194803229949", "19480322-9949", "1948 03 22 99 49", "48 03 22 - 9949",
		"1948-03-22-9949", "1948-03-22 9949", "1948-03-22 - 9949", "1948.03.22-9949", "1948/03/22 9949", "48-03-22-9949", "48.03.22 9949",
		"480322\u20129949", "480322\u20139949", "480322\u20149949", "480322\u20159949", "480322\u22129949", "480322\uff0d9949", "480322\u00a09949",
		"480322.9949", "480322/9949", "480322:9949", "480322_9949", "480322,9949", "480322'9949", "480322--9949", "(480322) 9949", "(480322)-9949",
		"\uff14\uff18\uff10\uff13\uff12\uff12-\uff19\uff19\uff14\uff19", "pnr480322-9949", "pnr4803229949", "480322-9949Ek", "å480322-9949å", "_480322-9949_",
		"+46 70 123 45 69, 480322-9949", "2012-10-12 480322-9949", "480322-**** 480322-9949",
	} {
		if all := NumbersIn(text, "2012-10-12"); len(all) != 1 || len(all[0].Date) < 6 || all[0].Date[len(all[0].Date)-6:] != born || all[0].Identity.Text() != "194803229949" && text != "480322+9949" {
			t.Errorf("%q holds %+v", text, all)
		}
	}
	for text, period := range map[string]bool{"Vikarie 20120815-1231": true, "Vikarie 120815-1231": false, "19480322-9949": false} {
		if all := NumbersIn(text, "2012-10-12"); len(all) != 1 || all[0].Period("2012-10-12") != period {
			t.Errorf("%q: %+v is a period: %t", text, all, !period)
		}
	}
	if all := NumbersIn("011150018", "2012-10-12"); len(all) != 0 {
		t.Errorf("a phone of Norrköping is %+v", all)
	}
	if all := NumbersIn("101229805", "2012-10-12"); len(all) != 1 || all[0].Identity.Text() != "200101229805" {
		t.Errorf("a number that lost its nought: %+v", all)
	}
	for _, text := range []string{"480322-T235", "480322T235", "19480322\u2013t235x"} {
		if all := NumbersIn(text, "2012-10-12"); len(all) != 1 || !all[0].Identity.Interim {
			t.Errorf("%q holds %+v", text, all)
		}
	}
	for _, text := range []string{
		"101229806", "rum 101229805", "480322-9948", "48032299490", "1480322-9949", "480322 och 9949", "480322-99499", "480322-994",
		"2012-10-12 0935", "2012-10-12 2012-10-13", "20121012 kl 0935", "2012-10-12 09:35", "2012-10-12T09:35",
		"070-123 45 69", "0701-23 45 69", "0701-234569", "(070) 1234569", "070.123.45.69", "070/123 45 69", "+46 11 15 00 14", "+4611150014", "+46-11-15 00 14", "+46 (0)11-15 00 14",
		"212000-2114", "16212000-2114", "556012-5790", "Box 480, 322 99 Ort 49", "480322-****",
	} {
		if all := NumbersIn(text, "2012-10-12"); len(all) > 0 {
			t.Errorf("%q holds %+v", text, all)
		}
	}
}

// FuzzNumbersIn holds that what is found stands where it is said to, whatever the letters around it.
func FuzzNumbersIn(f *testing.F) {
	for _, s := range []string{"480322-9949", "å480322\u20149949ö 1948.03.22-9949", "\uff14\uff18\uff10\uff13\uff12\uff12-9949", "\xff480322-9949", "101229805"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, n := range NumbersIn(s, "2012-10-12") {
			if again := NumbersIn(s[n.From:n.To], "2012-10-12"); n.From < last || n.To > len(s) || len(again) != 1 || again[0].Identity != n.Identity {
				t.Errorf("%q: %+v and %+v", s, n, again)
			}
			last = n.To
		}
	})
}
