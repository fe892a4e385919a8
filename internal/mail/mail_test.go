package mail_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kompobib/internal/mail"
)

var (
	from    = mail.From{Name: "KompoBib", Address: "kompobib@example.org"}
	message = mail.Message{ID: "letter-1", To: "eva@example.org", Subject: "Du har en plats: Läsfrämjande", Text: "Hej Eva!\n",
		HTML: "<p>Hej Eva!</p>", Date: time.Date(2012, 10, 12, 12, 0, 0, 0, time.UTC)}
)

// A server is a real mail server, which does as a test says.
type server struct {
	mu   sync.Mutex
	got  []string
	rcpt func() error // what it answers RCPT with
	data func(c *smtp.Conn) error
	dead bool
}

type session struct {
	s *server
	c *smtp.Conn
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{s, c}, nil }
func (session) Mail(string, *smtp.MailOptions) error            { return nil }
func (session) Reset()                                          {}
func (session) Logout() error                                   { return nil }

func (x session) Rcpt(string, *smtp.RcptOptions) error {
	if x.s.rcpt != nil {
		return x.s.rcpt()
	}
	return nil
}

func (x session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	x.s.got = append(x.s.got, string(b))
	x.s.mu.Unlock()
	if x.s.data != nil {
		return x.s.data(x.c)
	}
	return nil
}

// start starts a server and returns who sends to it.
func start(t *testing.T, s *server) *mail.SMTP {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	daemon := smtp.NewServer(s)
	daemon.Domain = "localhost"
	go daemon.Serve(listener)
	t.Cleanup(func() { daemon.Close() })
	if s.dead {
		daemon.Close()
		listener.Close()
	}
	sender, err := mail.NewSMTP(from, mail.Settings{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Security: mail.NoTLS, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sender.Close() })
	return sender
}

func TestFates(t *testing.T) {
	answer := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: "no"}
	}
	for _, test := range []struct {
		says string
		s    *server
		to   string
		want error
	}{
		{"taken", &server{}, "eva@example.org", nil},
		{"no such mailbox", &server{rcpt: func() error { return answer(550) }}, "eva@example.org", mail.ErrRefused},
		{"a full mailbox", &server{rcpt: func() error { return answer(452) }}, "eva@example.org", mail.ErrLater},
		{"refused once it was read", &server{data: func(*smtp.Conn) error { return answer(554) }}, "eva@example.org", mail.ErrRefused},
		{"put off once it was read", &server{data: func(*smtp.Conn) error { return answer(451) }}, "eva@example.org", mail.ErrLater},
		{"the connection lost when all was sent", &server{data: func(c *smtp.Conn) error { return c.Conn().Close() }}, "eva@example.org", mail.ErrUnknown},
		{"nobody there", &server{dead: true}, "eva@example.org", mail.ErrLater},
		{"no address", &server{}, "eva", mail.ErrRefused},
		{"an address with another header in it", &server{}, "eva@example.org\r\nBcc: ola@example.org", mail.ErrRefused},
	} {
		sender := start(t, test.s)
		m := message
		m.To = test.to
		if err := sender.Send(t.Context(), m); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.says, err, test.want)
		}
	}
}

// After whatever went wrong the next message goes.
func TestGoesOn(t *testing.T) {
	n := 0
	s := &server{data: func(c *smtp.Conn) error {
		if n++; n == 2 {
			return c.Conn().Close()
		}
		return nil
	}}
	sender := start(t, s)
	for i, want := range []error{nil, mail.ErrUnknown, nil, nil} {
		if i == 3 {
			sender.Close()
		}
		if err := sender.Send(t.Context(), message); !errors.Is(err, want) {
			t.Errorf("message %d: %v", i+1, err)
		}
	}
}

func check(t *testing.T, got string) {
	t.Helper()
	for _, want := range []string{
		"Message-ID: <letter-1@example.org>\r\n",
		"From: \"KompoBib\" <kompobib@example.org>\r\n",
		"To: <eva@example.org>\r\n",
		"Auto-Submitted: auto-generated\r\n",
		"Date: Fri, 12 Oct 2012 12:00:00 +0000\r\n",
		"multipart/alternative",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "User-Agent") || strings.Contains(got, "X-Mailer") {
		t.Errorf("it tells what wrote it:\n%s", got)
	}
}

func TestHeaders(t *testing.T) {
	s := &server{}
	if err := start(t, s).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	check(t, s.got[0])
}

func TestFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox")
	f, err := mail.NewFolder(from, path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // sent again, it takes its own place
		if err := f.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(path)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	info, err := files[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 || info.Name() != "letter-1.eml" {
		t.Errorf("%v %v, %v", info.Mode(), info.Name(), err)
	}
	got, err := os.ReadFile(filepath.Join(path, info.Name()))
	if err != nil {
		t.Fatal(err)
	}
	check(t, string(got))
}

func TestSettings(t *testing.T) {
	for says, s := range map[string]mail.Settings{
		"no host":          {Port: 25, Security: mail.NoTLS, Timeout: time.Second},
		"a port too high":  {Host: "h", Port: 70000, Security: mail.NoTLS, Timeout: time.Second},
		"unknown security": {Host: "h", Port: 25, Security: "maybe", Timeout: time.Second},
	} {
		if _, err := mail.NewSMTP(from, s); !errors.Is(err, mail.ErrSetting) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
