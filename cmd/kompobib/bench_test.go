package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kompobib/internal/yardstick"
)

// BenchmarkProgram measures the program as it is built for use, over a folder in which the demo has been told.
func BenchmarkProgram(b *testing.B) {
	folder := b.TempDir()
	program := filepath.Join(folder, "kompobib")
	if out, err := exec.CommandContext(b.Context(), "make", "-s", "-C", "../..", "build", "BIN="+program).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	data := filepath.Join(folder, "data")
	start := func(command string, args ...string) *process {
		return begin(b, program, append([]string{command, "--data", data, "--key-file", filepath.Join(folder, "key"), "--addr", "127.0.0.1:0"}, args...)...)
	}
	start("demo").end()

	b.Run("binary", func(b *testing.B) {
		for b.Loop() {
			info, err := os.Stat(program)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op")
			yardstick.Report(b, float64(info.Size())/1e6, 45, "MB")
		}
	})
	b.Run("start", func(b *testing.B) {
		var p *process
		took := yardstick.Median(b, func() {
			if p != nil {
				p.end()
			}
		}, func() {
			p = start("serve")
			p.get("/")
		})
		p.end()
		yardstick.Report(b, took.Seconds()*1000, 300, "ms")
	})
	b.Run("memory", func(b *testing.B) {
		if _, err := os.Stat("/proc/self/status"); err != nil {
			b.Skip("only Linux tells how much memory is a process's own")
		}
		for b.Loop() {
			p := start("serve")
			began := time.Now()
			p.get("/")
			p.get("/calendar")
			time.Sleep(time.Minute - time.Since(began))
			own := p.memory()
			p.end()
			b.ReportMetric(0, "ns/op")
			yardstick.Report(b, own, 60, "MB")
		}
	})
}

// A process is the program, serving.
type process struct {
	b   *testing.B
	c   *exec.Cmd
	url string
	out *sync.WaitGroup
}

// begin starts the program and returns once it answers.
func begin(b *testing.B, program string, args ...string) *process {
	b.Helper()
	p := &process{b: b, c: exec.CommandContext(b.Context(), program, args...), out: &sync.WaitGroup{}}
	out, err := p.c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := p.c.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "answers at "); ok {
			p.url = url
			p.out.Go(func() { io.Copy(io.Discard, out) })
			return p
		}
	}
	b.Fatal("it does not serve: ", p.c.Wait())
	return nil
}

func (p *process) get(path string) {
	p.b.Helper()
	answer, err := http.Get(p.url + path)
	if err != nil {
		p.b.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		p.b.Fatal(answer.Status, err)
	}
}

// memory is what only this process has in memory, in MB; pages of files can be taken from it at any time.
func (p *process) memory() float64 {
	p.b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.c.Process.Pid))
	if err != nil {
		p.b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		p.b.Fatal(err)
	}
	return float64(kb) * 1024 / 1e6
}

func (p *process) end() {
	p.b.Helper()
	err := p.c.Process.Signal(syscall.SIGTERM)
	p.out.Wait()
	if err := errors.Join(err, p.c.Wait()); err != nil && !errors.Is(err, context.Canceled) {
		p.b.Fatal(err)
	}
}
