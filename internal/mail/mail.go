// Package mail carries one message to a mail server, or into a folder where none is set, and tells what
// became of it.
package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// What became of a message that was not sent. An error is one of these.
var (
	ErrRefused = errors.New("refused")           // for good: there is no such mailbox, or it wants nothing from us
	ErrLater   = errors.New("not now")           // it has not gone; try again
	ErrUnknown = errors.New("may have arrived")  // the connection broke while we waited for the answer
	ErrSetting = errors.New("mail: bad setting") // the program should not have started
)

// A Message is one letter to one person.
type Message struct {
	ID      string // before the @ of its Message-ID: the same each time it is sent
	To      string
	Subject string
	Text    string
	HTML    string // the same, marked up; '' for none
	Date    time.Time
}

// From is who letters are from.
type From struct{ Name, Address string }

// Ways of keeping others from reading on the way to the mail server.
const (
	StartTLS    = "starttls" // the server must offer it
	ImplicitTLS = "tls"
	NoTLS       = "none"
)

// SMTP sends through a mail server. It keeps the connection until [SMTP.Close].
type SMTP struct {
	from    From
	options []gomail.Option
	host    string

	mu     sync.Mutex
	client *gomail.Client
}

// Settings say how to reach a mail server.
type Settings struct {
	Host, User, Password string
	Port                 int
	Security             string // StartTLS, ImplicitTLS or NoTLS
	Timeout              time.Duration
}

// NewSMTP checks the settings. It does not call the server yet.
func NewSMTP(from From, s Settings) (*SMTP, error) {
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(s.Timeout)}
	switch s.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case ImplicitTLS:
		options = append(options, gomail.WithSSL())
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("%w: security is %q, must be %s, %s or %s", ErrSetting, s.Security, StartTLS, ImplicitTLS, NoTLS)
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	if _, err := gomail.NewClient(s.Host, options...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSetting, err)
	}
	if _, err := build(from, Message{ID: "test", To: from.Address}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSetting, err)
	}
	return &SMTP{from: from, host: s.Host, options: options}, nil
}

// Send sends m, over the connection of the last one if it still stands.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	message, err := build(s.from, m)
	if err != nil {
		return errors.Join(ErrRefused, err) // an address that no server would take
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil && s.client.Reset() != nil {
		s.hangUp()
	}
	if s.client == nil {
		client, err := gomail.NewClient(s.host, s.options...)
		if err != nil {
			return errors.Join(ErrLater, err)
		}
		if err := client.DialWithContext(ctx); err != nil {
			return errors.Join(ErrLater, err)
		}
		s.client = client
	}
	err = s.client.Send(message)
	if message.IsDelivered() {
		return nil // whatever went wrong after
	}
	failed, ok := errors.AsType[*gomail.SendError](err)
	switch {
	case ok && failed.ErrorCode() >= 500:
		return errors.Join(ErrRefused, err)
	case ok && failed.ErrorCode() >= 400:
		return errors.Join(ErrLater, err)
	}
	s.hangUp()
	if ok && failed.Reason == gomail.ErrSMTPDataClose {
		return errors.Join(ErrUnknown, err) // all was sent, and no answer came
	}
	return errors.Join(ErrLater, err)
}

// Close hangs up. The next message calls again.
func (s *SMTP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
	return nil
}

func (s *SMTP) hangUp() {
	if s.client != nil {
		_ = s.client.Close() // it may be gone already
		s.client = nil
	}
}

// Folder puts messages in a folder, as files that any mail program opens.
type Folder struct {
	from From
	root *os.Root
}

// NewFolder opens the folder, and makes it if it is missing.
func NewFolder(from From, path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Folder{from, root}, nil
}

// Send writes m to <id>.eml, for its owner's eyes only. Sent again it takes the place of the first.
func (f *Folder) Send(_ context.Context, m Message) error {
	message, err := build(f.from, m)
	if err != nil {
		return errors.Join(ErrRefused, err)
	}
	name := filepath.Base(m.ID) + ".eml"
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return errors.Join(ErrLater, err)
	}
	_, err = message.WriteTo(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(ErrLater, err)
	}
	return nil
}

// Close does nothing: the folder stays open for the next message.
func (f *Folder) Close() error { return nil }

// build refuses an address or a header with a line break in it.
func build(from From, m Message) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := message.FromFormat(from.Name, from.Address); err != nil {
		return nil, err
	}
	if err := message.To(m.To); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	message.SetMessageIDWithValue(m.ID + "@" + domain)
	message.SetDateWithValue(m.Date)
	message.Subject(strings.Join(strings.Fields(m.Subject), " "))
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return message, nil
}
