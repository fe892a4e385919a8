// Package browsertest gives a test a page in a real Chromium: what a person sees, hears from a screen
// reader, and reaches with the keyboard.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Main is a package's TestMain: it starts one Chromium for all its tests, runs them, and stops it.
func Main(m *testing.M) int {
	options := chromedp.DefaultExecAllocatorOptions[:]
	if shell, err := exec.LookPath("chromium-headless-shell"); err == nil {
		options = append(options, chromedp.ExecPath(shell))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options,
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))...)
	defer stop()
	ctx, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil { // without a deadline, or the browser would end with it
		log.Printf("no browser: %v (make deps installs it)", err)
		return 1
	}
	browser = ctx
	return m.Run()
}

// browser is the one that Main started; tests open pages of their own in it.
var browser context.Context

// A Page is a tab of its own, with its own cookies.
type Page struct {
	t    testing.TB
	ctx  context.Context
	base string
}

// patience is how long a page may take; the machine that runs the tests may be busy.
const patience = 30 * time.Second

// New opens a page in a browser profile of its own. Paths are below base.
func New(t testing.TB, base string) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &Page{t: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx); err != nil { // without a deadline, or the tab would end with it
		t.Fatal(err)
	}
	return p
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// Look sets the window's size in CSS pixels and the colour scheme, "light" or "dark".
func (p *Page) Look(width, height int64, scheme string) {
	p.t.Helper()
	p.do("look", chromedp.EmulateViewport(width, height), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return chromedp.Void{}, err
	})
}

// NoScript switches the page's own script off.
func (p *Page) NoScript() {
	p.t.Helper()
	p.do("no script", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
}

// Offline cuts the page off from the network, or lets it back.
func (p *Page) Offline(cut bool) {
	p.t.Helper()
	p.do("offline", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		how := []*network.Conditions{}
		if cut {
			how = append(how, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
		}
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: how})
		return chromedp.Void{}, err
	})
}

// Cookie sets a cookie for the site.
func (p *Page) Cookie(name, value string) {
	p.t.Helper()
	p.do("cookie", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: p.base, HTTPOnly: new(true)})
		return chromedp.Void{}, err
	})
}

// CookieValue returns the value of a cookie of the site, "" if it has none of that name.
func (p *Page) CookieValue(name string) (value string) {
	p.t.Helper()
	p.do("cookies", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		cookies, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{p.base}})
		for _, c := range cookies.Cookies {
			if c.Name == name {
				value = c.Value
			}
		}
		return chromedp.Void{}, err
	})
	return value
}

// Go opens a path and returns the status of the answer.
func (p *Page) Go(path string) int {
	p.t.Helper()
	return p.response("open "+path, chromedp.Navigate(p.base+path))
}

// Submit clicks what loads another page, and returns the status of the answer.
func (p *Page) Submit(css string) int {
	p.t.Helper()
	return p.response("click "+css, chromedp.Click(chromedp.CSS(css)))
}

// SubmitWith presses keys that load another page, and returns the status of the answer.
func (p *Page) SubmitWith(keys string) int {
	p.t.Helper()
	return p.response("press "+keys, chromedp.KeyEvent(keys))
}

func (p *Page) response(what string, step chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return int(answer.Status)
}

// Click clicks what stays on the page.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do("click "+css, chromedp.Click(chromedp.CSS(css)))
}

// Drag takes hold of an element with the mouse and lets it go in the middle of another, which may have come into sight meanwhile.
func (p *Page) Drag(from, to string) {
	p.t.Helper()
	mouse := func(kind input.DispatchMouseEventType, css string) {
		p.t.Helper()
		at := Eval[[2]float64](p, fmt.Sprintf(`(() => {
			const of = document.querySelector(%q);
			of.scrollIntoView({block: 'nearest'});
			const b = of.getBoundingClientRect();
			return [b.x + b.width / 2, b.y + b.height / 2];
		})()`, css))
		p.do("drag "+from, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: "left", Buttons: 1, ClickCount: 1})
			return chromedp.Void{}, err
		})
	}
	mouse("mouseMoved", from)
	mouse("mousePressed", from)
	mouse("mouseMoved", to)
	mouse("mouseMoved", to)
	mouse("mouseReleased", to)
}

// Upload chooses a file in a field for one.
func (p *Page) Upload(css, path string) {
	p.t.Helper()
	p.do("upload "+path, chromedp.SetUploadFiles(chromedp.CSS(css), []string{path}))
}

// Press presses keys where the focus is. Tab is "\t", Enter "\r".
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("press", chromedp.KeyEvent(keys))
}

// Focus puts the focus on an element, as a person does with a mouse.
func (p *Page) Focus(css string) {
	p.t.Helper()
	p.do("focus "+css, chromedp.Focus(chromedp.CSS(css)))
}

// Wait waits until an element is there.
func (p *Page) Wait(css string) {
	p.t.Helper()
	p.do("wait for "+css, chromedp.WaitReady(chromedp.CSS(css)))
}

// Eval returns the value of a script's expression, a promise's when it is kept.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression[:min(80, len(expression))], err)
	}
	return v
}

// Text is the text of the page as a person sees it.
func (p *Page) Text() string {
	p.t.Helper()
	return Eval[string](p, `document.body.innerText`)
}

// Focused tells where the focus is: the element's name, its id, and the start of its text or value.
func (p *Page) Focused() string {
	p.t.Helper()
	return Eval[string](p, `(() => { const e = document.activeElement; return e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' ' +
		(e.innerText || e.value || e.getAttribute('aria-label') || '').trim().slice(0, 60) })()`)
}

// Overflow returns what is wider than the window without scrolling in a box of its own.
func (p *Page) Overflow() []string {
	p.t.Helper()
	return Eval[[]string](p, wide)
}

// wide is the script's expression that [Page.Overflow] gives the value of.
const wide = `(() => {
	if (document.documentElement.scrollWidth <= window.innerWidth) return [];
	return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
		.slice(0, 5).map(e => e.tagName.toLowerCase() + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right))
})()`

//go:embed axe.min.js
var axe string

// Axe returns what axe-core finds against WCAG 2.0 to 2.2, levels A and AA, and its best practices, a line each;
// of the rules named, if any are.
func (p *Page) Axe(rules ...string) []string {
	p.t.Helper()
	return p.AxeIn("[]", rules...)
}

// AxeIn is [Page.Axe] of what stands in some elements, the value of a script's expression; of the whole page if they are none.
func (p *Page) AxeIn(elements string, rules ...string) []string {
	p.t.Helper()
	only := ""
	if rules != nil {
		only = `, runOnly: ['` + strings.Join(rules, `', '`) + `']`
	}
	if !Eval[bool](p, `typeof axe === 'object'`) {
		Eval[bool](p, axe+"\n;true")
	}
	found := Eval[string](p, `(within => axe.run(within.length ? {include: within} : document, {resultTypes: ['violations'], iframes: false, preload: false`+only+`}).then(r => JSON.stringify(r.violations.map(v =>
		v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' [' + (n.any[0] || n.all[0] || n.none[0] || {message: ''}).message + ']').join(' | ')))))(`+elements+`)`)
	var lines []string
	if err := json.Unmarshal([]byte(found), &lines); err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// Looks are the rules of [Page.Axe] whose answer depends on width and colours, not only on what the page is made of.
var Looks = []string{"color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"}

// Heard is what a screen reader is told of the page: role and name of each element that has one, in order.
func (p *Page) Heard() []string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	lines, err := heard(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// Told is what a screen reader says by itself: role, name and description of what has the focus, "" if nothing has,
// and what each live region holds.
func (p *Page) Told() (focus string, live []string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	focus, live, err := told(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	return focus, live
}

// Shot is a picture, in PNG, of what stands in an element, with some air around it. It ends where nothing is cut
// through, at most so many pixels from its top; the window must be higher.
func (p *Page) Shot(css string, most int) []byte {
	p.t.Helper()
	const air = 14
	box := Eval[[4]float64](p, fmt.Sprintf(`(() => {
		const of = document.querySelector(%q), boxes = e => e.map(e => e.getBoundingClientRect()).filter(b => b.height);
		const all = boxes([...of.children]), top = Math.min(...all.map(b => b.top));
		const left = Math.min(...all.map(b => b.left)), right = Math.max(...all.map(b => b.right));
		const leaves = boxes([...of.querySelectorAll(':not(col)')].filter(e => !e.children.length || ['P', 'LI', 'SELECT', 'SVG'].includes(e.tagName)));
		const ends = leaves.map(b => b.bottom).filter(y => y <= top + %d && !leaves.some(b => b.top < y && b.bottom > y + 1));
		return [left, top, Math.min(right, innerWidth - %d) - left, Math.max(...ends) - top];
	})()`, css, most, air))
	x := max(box[0]-air, 0)
	clip := page.Viewport{X: x, Y: max(box[1]-air, 0), Width: box[0] + box[2] + air - x, Height: box[3] + 2*air, Scale: 1}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	shot, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: &clip})
		return got.Data, err
	})
	if err != nil {
		p.t.Fatalf("picture of %s: %v", css, err)
	}
	return shot
}

// Picture writes a picture of the whole page where BROWSER_PICTURES says, if it says anything.
func (p *Page) Picture(name string) {
	p.t.Helper()
	dir := os.Getenv("BROWSER_PICTURES")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "-").Replace(name)+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Fatal(fmt.Errorf("picture of %s: %w", name, err))
	}
}
