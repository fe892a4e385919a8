package demo

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kompobib/internal/access"
	"kompobib/internal/activity"
	"kompobib/internal/auth"
	"kompobib/internal/db"
	"kompobib/internal/dbtest"
	"kompobib/internal/web"
)

// docs/examples/sign-up.sh itself: fifty people are signed up by it, and again, whether it looks for an occasion or is told one.
func TestAScriptSignsFiftyPeopleUp(t *testing.T) {
	for _, program := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("the script needs %s, which `make deps` installs", program)
		}
	}
	d := dbtest.Open(t, dbtest.OneEngine(t))
	var token string
	err := d.Tx(t.Context(), "operator", func(ctx context.Context, tx *db.Tx) error {
		persons, err := auth.PersonsAt(ctx, tx, access.System, "office@example.org")
		if err == nil {
			token, err = auth.NewToken(ctx, tx, access.System, persons[0], "script")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer((&web.Server{DB: d, Log: slog.New(slog.DiscardHandler), Now: time.Now}).Handler())
	defer server.Close()

	_, told, code := signUp(t, token)
	if code != 2 || !strings.HasPrefix(told, "Usage: ") {
		t.Errorf("without arguments: %d, %s", code, told)
	}
	_, told, code = signUp(t, "kb_nobody", server.URL, "kompobib2020")
	if code != 1 || told != "The token is not valid. Make a new one with “kompobib token create”.\n" {
		t.Errorf("with a token of nobody's: %d, %s", code, told)
	}
	_, told, code = signUp(t, token, server.URL, "elsewhere")
	if code != 1 || strings.Count(told, "\n") != 1 || strings.Contains(told, "jq: ") || strings.Contains(told, "curl: ") {
		t.Errorf("of a programme that is not there: %d, %s", code, told)
	}

	first, told, code := signUp(t, token, server.URL, "kompobib2020")
	occasion, found := strings.CutPrefix(strings.TrimSpace(told), "To occasion ")
	if code != 0 || !found || strings.Contains(occasion, " ") {
		t.Fatalf("%d, %s", code, told)
	}
	again, told, code := signUp(t, token, server.URL, "kompobib2020", occasion)
	if code != 0 || told != "To occasion "+occasion+"\n" || again != first {
		t.Errorf("again: %d, %s, %s after %s", code, told, again, first)
	}
	lines := strings.Split(strings.TrimSpace(first), "\n")
	if len(lines) != 50 {
		t.Fatalf("%d people: %s", len(lines), first)
	}
	for i, line := range lines {
		want := "seated"
		if i >= 20 {
			want = fmt.Sprintf("waiting %d", i-19)
		}
		if _, got, _ := strings.Cut(strings.TrimSpace(line), " "); got != want {
			t.Errorf("person %d: %s, want %s", i+1, line, want)
		}
	}
	o, err := activity.GetOccasion(t.Context(), d, access.System, occasion)
	if err != nil || o.Seated != 20 || o.Waiting != 30 {
		t.Errorf("%d seated and %d waiting, %v", o.Seated, o.Waiting, err)
	}
	dbtest.Hold(t, d, activity.Invariants(d.Now())...)

	// It stops at an occasion that is not there, and says so when nobody is signed up to one that is.
	printed, told, code := signUp(t, token, server.URL, "kompobib2020", "nowhere")
	if code != 1 || printed != "" || !strings.HasPrefix(told, "To occasion nowhere\nOccasion nowhere: There is no such") || strings.Count(told, "\n") != 2 {
		t.Errorf("to an occasion that is not there: %d, %q, %q", code, printed, told)
	}
	closed, err := db.Value[string](t.Context(), d, `SELECT min(o.id) FROM occasion o WHERE o.closes < $1 AND o.id <> $2`, d.Now(), occasion)
	if err != nil {
		t.Fatal(err)
	}
	printed, told, code = signUp(t, token, server.URL, "kompobib2020", closed)
	if code != 1 || strings.Count(printed, "\n") != 50 || told != "To occasion "+closed+"\n50 of 50 were not signed up\n" {
		t.Errorf("to one that has closed: %d, %q, %q", code, printed, told)
	}
	server.Close()
	printed, told, code = signUp(t, token, server.URL, "kompobib2020", occasion)
	if want := "To occasion " + occasion + "\nThere is no interface that answers at " + server.URL + "/api/v1.\n"; code != 1 || printed != "" || told != want {
		t.Errorf("where nothing answers: %d, %q, %q", code, printed, told)
	}
}

// signUp runs the script, and returns what it prints, what it tells beside that, and its exit code.
func signUp(t *testing.T, token string, args ...string) (printed, told string, code int) {
	t.Helper()
	script := exec.CommandContext(t.Context(), "../../docs/examples/sign-up.sh", args...)
	script.Env = append(os.Environ(), "TOKEN="+token)
	var out, beside strings.Builder
	script.Stdout, script.Stderr = &out, &beside
	if err := script.Run(); err != nil && script.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), beside.String(), script.ProcessState.ExitCode()
}
