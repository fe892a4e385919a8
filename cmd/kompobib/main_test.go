package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kompobib/internal/db"
	"kompobib/internal/dbtest"
)

// asProgram makes the test's binary the program itself, for what takes a process of its own.
const asProgram = "TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	dbtest.Main(m)
}

// told runs the program to its end and returns what it printed.
func told(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, env, &out, io.Discard)
	return out.String(), err
}

// What is no command is told in a line that leads on, and ends the program as a misuse of it.
func TestNoSuchCommand(t *testing.T) {
	for _, test := range []struct{ args, says string }{
		{"nosuch", "unexpected argument nosuch; kompobib help tells"},
		{"serv", `did you mean one of "serve"`},
		{"serve --nosuch", "unknown flag --nosuch; kompobib help tells"},
	} {
		_, err := told(t, nil, strings.Fields(test.args)...)
		if _, misused := errors.AsType[misuse](err); !misused || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", test.args, err)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for _, test := range []struct {
		env   string
		args  string
		named string // in what is said
	}{
		{"", "serve --addr nowhere", `--addr is "nowhere", must be HOST:PORT`},
		{"", "serve --addr 127.0.0.1:99999", `--addr is "127.0.0.1:99999", must be HOST:PORT with a port from 0 to 65535`},
		{"", "demo --addr localhost:many", `--addr is "localhost:many", must be HOST:PORT with a port from 0 to 65535`},
		{"", "serve --log-form xml", `--log-form must be one of "text","json"`},
		{"", "serve --smtp-port 70000", `--smtp-port is "70000", must be from 1 to 65535`},
		{"", "serve --smtp-port x", `--smtp-port is "x", must be from 1 to 65535`},
		{"", "serve --smtp-security maybe", `--smtp-security must be one of`},
		{"", "serve --url kompobib.example.org", `--url is "kompobib.example.org", must be https://`},
		{"", "serve --mail-from us", `--mail-from is "us", must be an address`},
		{"", "serve --smtp-password secret", `--smtp-user is "", must be set`},
		{"KOMPOBIB_ADDR=nowhere", "serve", `--addr is "nowhere", must be`},
		{"KOMPOBIB_SMTP_PORT=many", "serve", `--smtp-port is "many", must be from 1 to 65535`},
		{"KOMPOBIB_ADR=127.0.0.1:80", "doctor", "KOMPOBIB_ADR sets nothing: allowed are KOMPOBIB_ADDR"},
		{"", "doctor --db mysql://x", "--db begins with mysql://, must be postgres://"},
		{"", "demo --today 2012-13-01", `--today is "2012-13-01", must be a day`},
		{"", "demo --today 1999-01-01", `--today is "1999-01-01", must be a day such as 2012-10-12, from 2011-01-14 on`},
		{"", "demo --today 2011-01-13", `from 2011-01-14 on`},
		{"", "demo --addr 0.0.0.0:8080", "--public-demo"},
		{"", "demo --addr :8080", "--public-demo"},
		{"", "demo --addr kommun.example.org:8080", "--public-demo"},
		{"", "user add --email ann@example.org --given Ann --family Ek --role king", "--role must be one of"},
		{"", "serve --backup-dir /backup --backup-every 1s", `--backup-every is "1s", must be a minute or more`},
		{"", "serve --backup-dir /backup --backup-every daily", `--backup-every is "daily", must be a minute or more`},
		{"", "serve --backup-keep some", `--backup-keep is "some", must be 1 or more`},
		{"", "serve --backup-keep 0", `--backup-keep is "0", must be 1 or more`},
		{"", "serve --colour blue", "--colour"},
		{"", "dance", "dance"},
	} {
		_, err := told(t, []string{test.env}, strings.Fields(test.args)...)
		if err == nil || !strings.Contains(err.Error(), test.named) || exitCode(err) != 2 {
			t.Errorf("%s %s: %v, want %s", test.env, test.args, err, test.named)
		}
	}
}

// People are given an address that leads somewhere, also when the application listens at all that the machine has.
func TestSite(t *testing.T) {
	for _, test := range []struct{ set, addr, want string }{
		{"https://kompobib.example.org/", "0.0.0.0:8080", "https://kompobib.example.org"},
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", "[::]:8731", "http://localhost:8731"},
		{"", "0.0.0.0:8731", "http://localhost:8731"},
		{"", ":8731", "http://localhost:8731"},
		{"", "[::1]:8731", "http://[::1]:8731"},
	} {
		if got := site(test.set, test.addr); got != test.want {
			t.Errorf("at %s, set %q: %s, want %s", test.addr, test.set, got, test.want)
		}
	}
}

// The doctor's exit code 1 is for an invariant that is broken, and for nothing else: scripts go by it.
func TestWhatTheDoctorCouldNotFindOut(t *testing.T) {
	folder := t.TempDir()
	key := filepath.Join(folder, "key")
	if err := os.WriteFile(filepath.Join(folder, "kompobib.db"), []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ says, env, args string }{
		{"there is no data", "", "--data " + filepath.Join(folder, "nowhere")},
		{"the file is no database", "", "--data " + folder},
		{"nobody answers", "", "--db postgres://127.0.0.1:1/nobody"},
		{"a variable is misspelt", "KOMPOBIB_DATE=" + folder, ""},
	} {
		text, err := told(t, []string{test.env}, append([]string{"doctor", "--key-file", key}, strings.Fields(test.args)...)...)
		if err == nil || exitCode(err) != 2 || strings.Contains(text, "BROKEN") {
			t.Errorf("%s: %v, %s", test.says, err, text)
		}
	}
	if exitCode(errBroken) != 1 {
		t.Error("what is broken ends the doctor otherwise than with 1")
	}
}

// A database that is not there is told of by commands that are about what stands in one, and not made.
func TestNoDatabaseIsMadeWhereOneIsSought(t *testing.T) {
	folder := t.TempDir()
	typo := filepath.Join(folder, "typo.db")
	for _, args := range []string{"doctor", "token create --email ann@example.org", "backup " + filepath.Join(folder, "copy"), "import undo x"} {
		_, err := told(t, nil, append(strings.Fields(args), "--data", folder, "--db", typo)...)
		if err == nil || !strings.Contains(err.Error(), "--db: there is no database "+typo) {
			t.Errorf("%s: %v", args, err)
		}
	}
	if made, err := os.ReadDir(folder); err != nil || len(made) > 0 {
		t.Errorf("there is %v, %v", made, err)
	}
}

// A flag goes before the environment, and that before the default.
func TestWhichSetting(t *testing.T) {
	for _, test := range []struct{ env, args, want string }{
		{"", "serve", "HOST:PORT"},
		{"KOMPOBIB_ADDR=a", "serve", `"a"`},
		{"KOMPOBIB_ADDR=a", "serve --addr b", `"b"`},
	} {
		_, err := told(t, []string{test.env, "KOMPOBIB_DATA=/dev/null/no"}, strings.Fields(test.args)...)
		if err == nil || test.env != "" && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v, want %s", test.env, test.args, err, test.want)
		}
	}
}

func TestHelpTellsAll(t *testing.T) {
	for _, args := range [][]string{nil, {"help"}, {"--help"}, {"serve", "-h"}} {
		text, err := told(t, nil, args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"serve ", "demo ", "migrate ", "user add ", "token create ", "backup FILE ", "restore FILE ", "doctor ", "version ",
			"--data", "./var", "--db", "--key-file", "KOMPOBIB_KEY_FILE", "--addr", "127.0.0.1:8080", "--today", "2012-10-12", "--public-demo", "--smtp-host", "587"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v says nothing of %s", args, want)
			}
		}
		if n := strings.Count(text, "--addr"); n != 1 {
			t.Errorf("%v tells of --addr %d times", args, n)
		}
	}
}

// Commands at the machine itself, on a database of each engine.
func TestOperator(t *testing.T) {
	dbtest.RunEmpty(t, func(t *testing.T, url string) {
		folder := t.TempDir()
		do := func(args string) (string, error) {
			return told(t, nil, append(strings.Fields(args), "--data", filepath.Join(folder, "data"), "--db", url, "--key-file", filepath.Join(folder, "key"))...)
		}
		for _, step := range []struct {
			args string
			want string // a pattern of what is printed; "" if it fails
		}{
			{"doctor", ""}, // no schema yet
			{"token create --email ann@example.org", ""},
			{"migrate", `^[1-9]\d* migrations run`},
			{"migrate", `^0 migrations run`},
			{"user add --email ann@example.org --given Ann --family Ek", `^ann@example.org can sign in as administrator, until .*, at http://127\.0\.0\.1:8080/sign-in/[0-9a-f]{64}\n$`},
			{"user add --email ann@example.org --given Ann --family Ek --url https://kompobib.example.org/", `at https://kompobib\.example\.org/sign-in/[0-9a-f]{64}\n$`}, // the same Ann
			{"user add --email nowhere --given Ann --family Ek", ""},
			{"user add --email bo@example.org --given Bo --family Ek --role office --programme none", ""},
			{"token create --email bo@example.org", ""}, // all of it was undone
			{"token create --email ann@example.org", `^kb_[a-z0-9]+\n$`},
			{"user add --email ann@example.org --given Anna --family Ek --role participant", `^ann@`},
			{"token create --email ann@example.org", ""}, // which of the two?
			{"version", "^kompobib "},
		} {
			text, err := do(step.args)
			if (err == nil) != (step.want != "") || step.want != "" && !regexp.MustCompile(step.want).MatchString(text) {
				t.Errorf("%s: %q, %v, want %s", step.args, text, err, step.want)
			}
		}
		text, err := do("doctor")
		if strings.Contains(url, "postgres") { // the tests' server flushes nothing, and the doctor says so
			if err == nil || strings.Count(text, "BROKEN") != 1 || !strings.Contains(text, "BROKEN what is saved survives a power cut") {
				t.Errorf("doctor: %v\n%s", err, text)
			}
		} else if err != nil {
			t.Errorf("doctor: %v\n%s", err, text)
		}

		// Other keys are refused, and lost ones not made anew.
		if err := os.Remove(filepath.Join(folder, "key")); err != nil {
			t.Fatal(err)
		}
		if _, err := do("user add --email bo@example.org --given Bo --family Ek"); err == nil || !strings.Contains(err.Error(), "--key-file") {
			t.Errorf("without the keys: %v", err)
		}
		if _, err := told(t, nil, "migrate", "--data", filepath.Join(folder, "other"), "--key-file", filepath.Join(folder, "key")); err != nil {
			t.Fatal(err)
		}
		if _, err := told(t, nil, "user", "add", "--email", "bo@example.org", "--given", "Bo", "--family", "Ek",
			"--data", filepath.Join(folder, "other"), "--key-file", filepath.Join(folder, "key")); err != nil {
			t.Fatal(err)
		}
		if _, err := do("user add --email bo@example.org --given Bo --family Ek"); err == nil || !strings.Contains(err.Error(), "other keys") {
			t.Errorf("with other keys: %v", err)
		}
	})
}

// served starts the program in a process of its own and returns where it answers.
func served(t *testing.T, args ...string) (c *exec.Cmd, url string) {
	t.Helper()
	c = exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // most have ended by now
		if t.Failed() {
			t.Log(log.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "answers at "); ok {
			return c, url
		}
	}
	t.Fatalf("it does not serve: %s", log.String())
	return nil, ""
}

// Told to stop, the program takes no more requests and answers all that were under way; what
// they asked for is stored.
func TestStoppingLosesNothing(t *testing.T) {
	const people = 20
	dbtest.RunURL(t, func(t *testing.T, url string) {
		folder := t.TempDir()
		c, address := served(t, "serve", "--addr", "127.0.0.1:0", "--data", folder, "--db", url, "--key-file", filepath.Join(folder, "key"))
		var begun, done sync.WaitGroup
		stopped := make(chan struct{})
		for i := range people {
			begun.Add(1)
			done.Go(func() {
				status, err := slowly(address, fmt.Sprintf("email=ann%d%%40example.org", i), begun.Done, stopped)
				if err != nil || status >= 400 {
					t.Errorf("request %d: status %d, %v", i, status, err)
				}
			})
		}
		begun.Wait()
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		// It has heard when nobody new is let in.
		for {
			connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
			if err != nil {
				break
			}
			connection.Close()
			if t.Context().Err() != nil {
				t.Fatal("it goes on")
			}
			time.Sleep(time.Millisecond)
		}
		close(stopped)
		done.Wait()
		if err := c.Wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
		d, err := db.Open(context.WithoutCancel(t.Context()), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if n, err := db.Value[int](t.Context(), d, `SELECT count(*) FROM sign_in`); err != nil || n != people {
			t.Errorf("%d of %d are stored, %v", n, people, err)
		}
	})
}

// slowly asks for a sign-in letter with a form of which the second half comes when stopped closes; begun is
// called when the first is on its way.
func slowly(address, form string, begun func(), stopped chan struct{}) (status int, err error) {
	connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		begun()
		return 0, err
	}
	defer connection.Close()
	// Asking to be told when to go on shows that the server has taken the request.
	_, err = fmt.Fprintf(connection, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
		strings.TrimPrefix(address, "http://"), len(form))
	answers := bufio.NewReader(connection)
	if err == nil {
		var first string
		first, err = answers.ReadString('\n')
		if err == nil && !strings.Contains(first, "100") {
			err = fmt.Errorf("the server says %q", first)
		}
	}
	if err == nil {
		_, err = answers.ReadString('\n') // the empty line behind
	}
	begun()
	if err != nil {
		return 0, err
	}
	if _, err := io.WriteString(connection, form[:4]); err != nil {
		return 0, err
	}
	<-stopped
	if _, err := io.WriteString(connection, form[4:]); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// The demo prints a way in for each role, but none for the administrator where others than this machine come.
func TestDemo(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, test := range []struct {
		args string
		ways int
	}{
		{"--today 2011-02-01", 7},
		{"--today 2011-02-02 --public-demo --addr 0.0.0.0:0", 6}, // the story goes on
		{"", 7}, // from where it has come to
	} {
		ctx, stop := context.WithCancel(t.Context())
		out, printed := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			ended <- run(ctx, append([]string{"demo", "--addr", "127.0.0.1:0", "--data", data}, strings.Fields(test.args)...), nil, printed, io.Discard)
			printed.Close()
		}()
		var ways []string
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "/sign-in/") {
				ways = append(ways, lines.Text())
			}
			if strings.Contains(lines.Text(), "/outbox") {
				break
			}
		}
		if all := strings.Join(ways, "\n"); len(ways) != test.ways || strings.Contains(all, "admin@") != (test.ways == 7) {
			t.Errorf("demo %s prints these ways in:\n%s", test.args, all)
		}
		for _, way := range ways {
			link := way[strings.Index(way, "http://"):]
			answer, err := http.Get(strings.Replace(link, "[::]", "127.0.0.1", 1))
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("%s: %v, %v", way, answer, err)
				continue
			}
			answer.Body.Close()
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if _, err := told(t, nil, "demo", "--data", data, "--today", "2011-01-15"); err == nil || !strings.Contains(err.Error(), "2011") {
		t.Errorf("a day before that of the story: %v", err)
	}
}

// The demo's made-up people never come among real ones, and what is about data that is not there makes nothing.
func TestDemoAndDoctorLeaveOtherDataAlone(t *testing.T) {
	dir := t.TempDir()
	data := []string{"--data", filepath.Join(dir, "real"), "--key-file", filepath.Join(dir, "key")}
	for _, command := range []string{"doctor", "backup " + filepath.Join(dir, "copy.zip"), "token create --email ann@example.org", "import undo 04u2h5i051o0b423dvvsi0k590"} {
		if out, err := told(t, nil, append(strings.Fields(command), data...)...); err == nil || !strings.Contains(err.Error(), "no data in ") || out != "" {
			t.Errorf("%s of nothing: %q, %v", command, out, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("it made %v, %v", entries, err)
	}
	if _, err := told(t, nil, append([]string{"user", "add", "--email", "ann@example.org", "--given", "Ann", "--family", "Ek"}, data...)...); err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]string{data, data[:2]} { // wherever the keys are, and it is told alone
		_, err := told(t, nil, append([]string{"demo", "--addr", "127.0.0.1:0"}, data...)...)
		if err == nil || !strings.Contains(err.Error(), "new folder for the demo") || strings.Contains(err.Error(), "--key-file") {
			t.Errorf("a demo among real people, %q: %v", data, err)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "real")); err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == "key" }) {
		t.Errorf("it made keys: %v, %v", entries, err)
	}
	d, err := db.Open(t.Context(), filepath.Join(dir, "real", "kompobib.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n, err := db.Value[int](t.Context(), d, `SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM unit) + (SELECT count(*) FROM programme)`); err != nil || n != 1 {
		t.Errorf("%d rows, want Ann alone, %v", n, err)
	}
}
