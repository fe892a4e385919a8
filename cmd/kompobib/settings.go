package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"kompobib/internal/demo"
	"kompobib/internal/local"
)

// settings are everything that can be set, by flags and by the environment: --key-file is KOMPOBIB_KEY_FILE.
type settings struct {
	Data     string `default:"./var" placeholder:"DIR" help:"Folder of the database, files and letters."`
	DB       string `name:"db" placeholder:"URL" help:"Database: postgres://..., or the path of an SQLite file. Default: kompobib.db in the data folder."`
	KeyFile  string `placeholder:"FILE" help:"Keys that personal data is sealed with; made if missing. Keep it and its backup apart from the data. Default: kompobib/key in your folder of settings; for the demo, key in the data folder."`
	LogForm  string `enum:"text,json" default:"text" help:"Form of the log."`
	LogLevel string `enum:"debug,info,warn,error" default:"info" help:"Least that is logged."`

	Serve   serveCommand   `cmd:"" help:"Serve the application."`
	Demo    demoCommand    `cmd:"" help:"Serve the demo: the programme KompoBib2020, with made-up people."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	User    struct {
		Add userAddCommand `cmd:"" help:"Give someone an account, and print a link to sign in by."`
	} `cmd:"" help:"Accounts."`
	Token struct {
		Create tokenCreateCommand `cmd:"" help:"Print a new token for the interface of programs, and nothing else."`
	} `cmd:"" help:"Tokens."`
	Import struct {
		Units  importUnitsCommand  `cmd:"" help:"Compare a list of municipalities with the tree, and add those that are lacking."`
		Roster importRosterCommand `cmd:"" help:"Compare an employer's list of staff with the people that are known."`
		Undo   importUndoCommand   `cmd:"" help:"Take an import back, but for what has been changed since."`
	} `cmd:"" help:"Take in what others send."`
	Backup  backupCommand  `cmd:"" help:"Write all data into an archive, while it is in use or not."`
	Restore restoreCommand `cmd:"" help:"Put an archive's data into an empty place, on either database, and examine it."`
	Doctor  doctorCommand  `cmd:"" help:"Prove what must always hold, a line each; exit code 1 if anything does not, 2 if it could not be found out."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Help    helpCommand    `cmd:"" help:"Print this."`
}

// defaultAddr is where the application listens if nothing else is said.
const defaultAddr = "127.0.0.1:8080"

// serving are the settings of what serves.
type serving struct {
	Addr    string `default:"${addr}" placeholder:"HOST:PORT" help:"Address to listen on."`
	URL     string `name:"url" placeholder:"URL" help:"Address at which people reach us, for links in letters. https:// also makes cookies secure. Default: http:// and the address listened on."`
	Proxy   bool   `help:"A proxy of ours stands before us, and X-Forwarded-For says who asks."`
	Service string `default:"KompoBib" help:"Name of the installation, where no programme is meant."`

	Approved string `placeholder:"DATE" help:"Day on which the project owner approved the pages on accessibility and personal data, as 2026-12-01. Until then they say that they are drafts."`

	SMTPHost     string `name:"smtp-host" placeholder:"HOST" help:"Mail server. Without one, letters are put in the folder outbox among the data."`
	SMTPPort     number `name:"smtp-port" default:"587" placeholder:"PORT" help:"Its port."`
	SMTPSecurity string `name:"smtp-security" enum:"starttls,tls,none" default:"starttls" help:"How the way to it is kept from others."`
	SMTPUser     string `name:"smtp-user" placeholder:"NAME" help:"Who we are to it."`
	SMTPPassword string `name:"smtp-password" placeholder:"WORD" help:"And the password: rather in the environment than as a flag."`
	MailFrom     string `default:"kompobib@localhost" placeholder:"ADDRESS" help:"Address that letters are from."`

	scheduled `embed:""`
}

// loopback reports whether only this machine can reach the address listened on.
func (s *serving) loopback() bool {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// A number is a setting that must be one. What is none is kept as it was written, so that Validate says of it what it must be.
type number struct {
	is      int // -1 if it is none
	written string
}

func (n number) String() string { return n.written }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *number) UnmarshalText(text []byte) (err error) {
	n.written = string(text)
	if n.is, err = strconv.Atoi(n.written); err != nil {
		n.is = -1
	}
	return nil
}

// A span is a time that something takes, kept as a [number] is.
type span struct {
	is      time.Duration // -1 if it is none
	written string
}

func (s span) String() string { return s.written }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *span) UnmarshalText(text []byte) (err error) {
	s.written = string(text)
	if s.is, err = time.ParseDuration(s.written); err != nil {
		s.is = -1
	}
	return nil
}

// Validate says what a setting must be. The parser calls it, and names the setting's command.
func (s *serving) Validate() error {
	var wrong []error
	refuse := func(setting, value, allowed string) {
		wrong = append(wrong, fmt.Errorf("--%s is %q, must be %s", setting, value, allowed))
	}
	if s.Approved != "" && !local.Date(s.Approved).Valid() {
		refuse("approved", s.Approved, "a date such as 2026-12-01")
	}
	if _, port, err := net.SplitHostPort(s.Addr); err != nil {
		refuse("addr", s.Addr, "HOST:PORT, such as 127.0.0.1:8080")
	} else if _, err := net.LookupPort("tcp", port); err != nil {
		refuse("addr", s.Addr, "HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:8080")
	}
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "") {
		refuse("url", s.URL, "https://HOST or http://HOST, without a path")
	}
	if s.SMTPPort.is < 1 || s.SMTPPort.is > 65535 {
		refuse("smtp-port", s.SMTPPort.written, "from 1 to 65535")
	}
	if s.SMTPPassword != "" && s.SMTPUser == "" {
		refuse("smtp-user", s.SMTPUser, "set if --smtp-password is")
	}
	if name, host, ok := strings.Cut(s.MailFrom, "@"); !ok || name == "" || host == "" || strings.ContainsAny(s.MailFrom, " <>\r\n") {
		refuse("mail-from", s.MailFrom, "an address such as kompobib@example.org")
	}
	s.scheduled.check(refuse)
	return errors.Join(wrong...)
}

// Validate says what a setting of the demo must be.
func (c *demoCommand) Validate() error {
	if day, err := local.ParseDate(c.Today); c.Today != "" && (err != nil || day < demo.First) {
		return fmt.Errorf("--today is %q, must be a day such as 2012-10-12, from %s on", c.Today, demo.First)
	}
	if !c.loopback() && !c.PublicDemo {
		return fmt.Errorf("--addr is %q, must be an address of this machine alone, such as 127.0.0.1:8080: whoever reaches the demo can be anyone in it. --public-demo allows it", c.Addr)
	}
	return c.serving.Validate()
}

// Validate says what a setting of all commands must be.
func (s *settings) Validate() error {
	if scheme, _, ok := strings.Cut(s.DB, "://"); ok && scheme != "postgres" && scheme != "postgresql" {
		return fmt.Errorf("--db begins with %s://, must be postgres://... or the path of an SQLite file", scheme)
	}
	return nil
}

// dsn is the database to open.
func (s *settings) dsn() string {
	if s.DB != "" {
		return s.DB
	}
	return filepath.Join(s.Data, "kompobib.db")
}

// keyFile is where the keys are. The demo keeps them with its data, where other commands find them: they
// guard nobody.
func (s *settings) keyFile(demo bool) (string, error) {
	if s.KeyFile != "" {
		return s.KeyFile, nil
	}
	near := filepath.Join(s.Data, "key")
	if _, err := os.Stat(near); err == nil || demo {
		return near, nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("--key-file must be set, since there is no folder of settings: %w", err)
	}
	return filepath.Join(folder, "kompobib", "key"), nil
}

func (p *program) log() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(p.LogLevel)) // it is one of four
	options := &slog.HandlerOptions{Level: level}
	if p.LogForm == "json" {
		return slog.New(slog.NewJSONHandler(p.stderr, options))
	}
	return slog.New(slog.NewTextHandler(p.stderr, options))
}

const prefix = "KOMPOBIB_"

// variable is a flag's name in the environment.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// ours are the variables of env that are meant for us.
func ours(env []string) map[string]string {
	values := map[string]string{}
	for _, line := range env {
		if name, value, _ := strings.Cut(line, "="); strings.HasPrefix(name, prefix) {
			values[name] = value
		}
	}
	return values
}

// given are the flags of a command line, by their names in the environment.
func given(command *kong.Context) map[string]string {
	values := map[string]string{}
	for _, at := range command.Path {
		if at.Flag != nil && !at.Resolved && !at.Flag.Required {
			values[variable(at.Flag.Name)] = fmt.Sprint(at.Flag.Target.Interface())
		}
	}
	return values
}

// environment gives flags that are not set the values of their variables.
func environment(env []string) kong.Resolver {
	values := ours(env)
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value, ok := values[variable(flag.Name)]; ok && !flag.Required {
			return value, nil
		}
		return nil, nil
	})
}

// known refuses a variable that sets nothing: it is misspelt.
func known(env []string, model *kong.Application) error {
	names := map[string]bool{}
	for _, leaf := range model.Leaves(true) {
		for _, flag := range slices.Concat(model.Flags, leaf.Flags) {
			if !flag.Required {
				names[variable(flag.Name)] = true
			}
		}
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(ours(env))) {
		if !names[name] {
			wrong = append(wrong, fmt.Errorf("%s sets nothing: allowed are %s", name, strings.Join(slices.Sorted(maps.Keys(names)), ", ")))
		}
	}
	return errors.Join(wrong...)
}

// help prints every command and every setting with its default.
func help(w io.Writer, model *kong.Application) error {
	var b strings.Builder
	b.WriteString("KompoBib carries a programme of competence development for the library staff of a region.\n\n" +
		"Usage: kompobib COMMAND [--SETTING VALUE]...\n\nCommands:\n")
	takers := map[string][]string{} // the commands that take a setting
	for _, leaf := range model.Leaves(true) {
		name := strings.TrimPrefix(leaf.Path(), model.Name+" ")
		shown := []string{name}
		for _, argument := range leaf.Positional {
			shown = append(shown, strings.ToUpper(argument.Name))
		}
		fmt.Fprintf(&b, "  %-18s %s\n", strings.Join(shown, " "), leaf.Help)
		for _, flag := range leaf.Flags {
			takers[flag.Name] = append(takers[flag.Name], name)
		}
	}
	b.WriteString("\nSettings of all commands:\n")
	for _, flag := range model.Flags {
		b.WriteString(setting(flag))
	}
	title := ""
	for _, leaf := range model.Leaves(true) {
		for _, flag := range leaf.Flags {
			commands := takers[flag.Name]
			if commands == nil {
				continue // told with the first command that takes it
			}
			if words := strings.Join(commands, " and "); words != title {
				title = words
				fmt.Fprintf(&b, "\nSettings of %s:\n", title)
			}
			b.WriteString(setting(flag))
			delete(takers, flag.Name)
		}
	}
	b.WriteString("\nA setting may also stand in the environment, under the name in brackets; a flag goes before it.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func setting(flag *kong.Flag) string {
	first := "  --" + flag.Name + valueOf(flag)
	if !flag.Required {
		first += "  (" + variable(flag.Name) + ")"
	}
	text := flag.Help
	if flag.HasDefault {
		text += " Default: " + flag.Default + "."
	}
	return first + "\n      " + text + "\n"
}

func valueOf(flag *kong.Flag) string {
	if flag.IsBool() {
		return ""
	}
	if flag.Enum != "" {
		return " " + strings.ReplaceAll(flag.Enum, ",", "|")
	}
	if flag.PlaceHolder != "" {
		return " " + flag.PlaceHolder
	}
	return " TEXT"
}
