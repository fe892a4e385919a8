// Command kompobib is the whole program: it serves the application, and does at the machine itself
// what its operators need. `kompobib help` says how.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	_ "time/tzdata" // Swedish time on machines that know no zones

	"github.com/alecthomas/kong"

	"kompobib/internal/demo"
	"kompobib/internal/fault"
	"kompobib/internal/web/locale"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends us at once
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "kompobib:", err)
		os.Exit(exitCode(err))
	}
}

// run is the program, less what belongs to the process.
func run(ctx context.Context, args, env []string, stdout, stderr io.Writer) error {
	var s settings
	parser, err := kong.New(&s, kong.Name("kompobib"), kong.NoDefaultHelp(), kong.Writers(stdout, stderr),
		kong.Resolvers(environment(env)), kong.Vars{"today": string(demo.Today), "addr": defaultAddr})
	if err != nil {
		return err
	}
	asked := func(s string) bool { return s == "help" || s == "--help" || s == "-h" }
	if len(args) == 0 || slices.ContainsFunc(args, asked) {
		return help(stdout, parser.Model)
	}
	if err := known(env, parser.Model); err != nil {
		return misuse{err}
	}
	command, err := parser.Parse(args)
	if err != nil {
		return misuse{err}
	}
	return inWords(command.Run(&program{ctx: ctx, settings: &s, env: env, given: given(command), stdout: stdout, stderr: stderr}))
}

// exitCode is 2 for what was not begun, since it was asked for wrongly or could not be, and 1 for what was begun and is not as it should be.
func exitCode(err error) int {
	if _, wrong := errors.AsType[misuse](err); wrong {
		return 2
	}
	if _, unknown := errors.AsType[unexamined](err); unknown {
		return 2
	}
	return 1
}

// A misuse is a command line, or an environment, that asks for nothing we know.
type misuse struct{ error }

func (m misuse) Error() string {
	return m.error.Error() + "; kompobib help tells all commands and settings"
}

func (m misuse) Unwrap() error { return m.error }

// inWords tells faults as the application does.
func inWords(err error) error {
	faults := fault.Of(err)
	if faults == nil {
		return err
	}
	words := make([]error, len(faults))
	for i, f := range faults {
		words[i] = errors.New(locale.English.Say(f.Code, f.Args...))
		if f.Field != "" {
			words[i] = fmt.Errorf("--%s: %w", f.Field, words[i])
		}
	}
	return errors.Join(words...)
}

// program is what each command runs with.
type program struct {
	*settings
	ctx            context.Context
	env            []string
	given          map[string]string // flags, by their names in the environment
	stdout, stderr io.Writer
}

type helpCommand struct{}

type versionCommand struct{}

// built is the revision that make builds, for where Go does not stamp it: without a clone's history, or told not to.
var built = "of unknown revision"

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return built
	}
	version := info.Main.Version
	if version == "" || version == "(devel)" {
		version = built
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			version += " " + setting.Value
		}
	}
	return version
}

func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, "kompobib "+version())
	return err
}

// errBroken is told by the lines before it.
var errBroken = errors.New("not all is as it should be")
