package main

import (
	"archive/zip"
	"bytes"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// Backup and restore as an operator gives them, on each engine.
func TestBackupAndRestore(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		folder := t.TempDir()
		env := []string{"KOMPOBIB_URL=https://kompobib.example.org", "KOMPOBIB_SMTP_HOST=mail.example.org", "KOMPOBIB_SMTP_USER=us", "KOMPOBIB_SMTP_PASSWORD=hushhush"}
		do := func(args string) (string, error) {
			if !strings.Contains(args, "--key-file") {
				args += " --key-file " + filepath.Join(folder, "key")
			}
			return told(t, env, strings.Fields(args+" --data "+filepath.Join(folder, "data")+" --db "+url)...)
		}
		must := func(args, want string) {
			t.Helper()
			// The tests' PostgreSQL flushes nothing, and the doctor says so.
			text, err := do(args)
			if err != nil && !(strings.HasPrefix(args, "restore") && strings.Contains(url, "postgres") && strings.Count(text, "BROKEN") == 1) || !strings.Contains(text, want) {
				t.Fatalf("%s: %q, %v, want %q", args, text, err, want)
			}
		}
		refused := func(args, want string) {
			t.Helper()
			if text, err := do(args); err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("%s: %q, %v, want %q", args, text, err, want)
			}
		}
		archive := filepath.Join(folder, "copy.zip")
		refused("backup "+archive, "no backup was made") // there is nothing yet
		must("migrate", "migrations run")
		must("user add --email ann@example.org --given Ann --family Ek", "ann@example.org can sign in")
		must("backup "+archive, "rows of")
		refused("backup "+archive, "is there already")
		refused("backup "+filepath.Join(folder, "none", "copy.zip"), "there is no folder "+filepath.Join(folder, "none"))

		key, err := os.ReadFile(filepath.Join(folder, "key"))
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range unzipped(t, archive) {
			if strings.Contains(text, strings.TrimSpace(string(key))) || strings.Contains(text, "hushhush") {
				t.Errorf("%s holds a secret", name)
			}
			if name == "head.json" && !(strings.Contains(text, `"KOMPOBIB_SMTP_HOST": "mail.example.org"`) && strings.Contains(text, `"KOMPOBIB_KEY_FILE": "`+filepath.Join(folder, "key")+`"`)) {
				t.Errorf("the settings are not told: %s", text)
			}
		}

		must("user add --email bo@example.org --given Bo --family Ek", "bo@")
		refused("restore "+archive, "there is data already")
		refused("restore "+filepath.Join(folder, "key"), "broken or cut short")
		other := filepath.Join(folder, "other")
		if _, err := told(t, nil, "user", "add", "--email", "ann@example.org", "--given", "Ann", "--family", "Ek", "--data", other, "--key-file", filepath.Join(other, "key")); err != nil {
			t.Fatal(err)
		}
		refused("restore --overwrite "+archive+" --key-file "+filepath.Join(other, "key"), "other keys")
		open, err := db.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := do("restore --overwrite " + archive); err == nil || err.Error() != "nothing was restored: another process has the database open: stop it first" || exitCode(err) != 1 {
			t.Fatalf("beside another: %q, %v", text, err)
		}
		if err := open.Close(); err != nil {
			t.Fatal(err)
		}
		must("token create --email bo@example.org", "kb_") // nothing has happened so far
		must("restore --overwrite "+archive, "ok     the schema is current")
		must("token create --email ann@example.org", "kb_")
		refused("token create --email bo@example.org", "0 people") // they came after the backup
		must("user add --email bo@example.org --given Bo --family Ek", "bo@")
	})
}

func unzipped(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
		all[f.Name] = b.String()
	}
	return all
}

// Backups are made when they are due, and the oldest go.
func TestScheduledBackups(t *testing.T) {
	folder := t.TempDir()
	p := &program{settings: &settings{Data: filepath.Join(folder, "data"), KeyFile: filepath.Join(folder, "key")}, ctx: t.Context(), stdout: io.Discard, stderr: io.Discard}
	h, err := p.unlocked(false)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	h.log = slog.New(slog.DiscardHandler)
	s := scheduled{BackupDir: filepath.Join(folder, "copies"), BackupEvery: span{is: 24 * time.Hour}, BackupKeep: number{is: 2}}
	start := dbtest.Now
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "12T10"},
		{time.Minute, "12T10"},
		{23 * time.Hour, "12T10"},
		{25 * time.Hour, "12T10 13T11"},
		{26 * time.Hour, "12T10 13T11"}, // as after a start
		{49 * time.Hour, "13T11 14T11"},
		{500 * time.Hour, "14T11 02T06"},
	} {
		if err := h.copyDue(t.Context(), s, nil, start.Add(step.after)); err != nil {
			t.Fatal(err)
		}
		made, err := filepath.Glob(filepath.Join(s.BackupDir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, path := range made {
			got = append(got, filepath.Base(path)[len("kompobib-201210"):][:5])
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("after %v there are %v, want %s", step.after, made, step.want)
		}
	}
}

// Settings are told without what is secret in them; what a flag said goes before what the environment does.
func TestSettingsAreToldWithoutSecrets(t *testing.T) {
	env := []string{"HOME=/root", "KOMPOBIB_ADDR=127.0.0.1:8080", "KOMPOBIB_SMTP_PASSWORD=hushhush", "KOMPOBIB_URL=https://kompobib.example.org",
		"KOMPOBIB_DB=postgres://us:hushhush@db.example.org/kompobib?password=hushhush&sslmode=require"}
	for _, test := range []struct {
		args string
		want map[string]string
	}{
		{"backup all.zip", map[string]string{"KOMPOBIB_ADDR": "127.0.0.1:8080", "KOMPOBIB_URL": "https://kompobib.example.org", "KOMPOBIB_DB": "postgres://us@db.example.org/kompobib?sslmode=require"}},
		{"backup all.zip --data here --db postgres://we:hushhush@db.example.org/other --key-file=key", map[string]string{"KOMPOBIB_ADDR": "127.0.0.1:8080", "KOMPOBIB_URL": "https://kompobib.example.org",
			"KOMPOBIB_DATA": "here", "KOMPOBIB_DB": "postgres://we@db.example.org/other", "KOMPOBIB_KEY_FILE": "key"}},
		{"serve --addr 127.0.0.1:9090 --proxy --smtp-port 25 --smtp-user us --smtp-password hushhush --backup-every 12h", map[string]string{"KOMPOBIB_ADDR": "127.0.0.1:9090", "KOMPOBIB_URL": "https://kompobib.example.org",
			"KOMPOBIB_DB": "postgres://us@db.example.org/kompobib?sslmode=require", "KOMPOBIB_PROXY": "true", "KOMPOBIB_SMTP_PORT": "25", "KOMPOBIB_SMTP_USER": "us", "KOMPOBIB_BACKUP_EVERY": "12h"}},
	} {
		var s settings
		parser, err := kong.New(&s, kong.NoDefaultHelp(), kong.Resolvers(environment(env)), kong.Vars{"today": "2012-10-12", "addr": defaultAddr})
		if err != nil {
			t.Fatal(err)
		}
		command, err := parser.Parse(strings.Fields(test.args))
		if err != nil {
			t.Fatal(err)
		}
		if got := (&program{env: env, given: given(command)}).told(); !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.args, got, test.want)
		}
	}
}
