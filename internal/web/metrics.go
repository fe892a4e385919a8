package web

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kompobib/internal/db"
)

// A meter counts what we serve.
type meter struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	queries  *prometheus.CounterVec
	letters  prometheus.Gauge
	handler  http.Handler
}

func newMeter() *meter {
	m := &meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kompobib_requests_total", Help: "Requests served, by route and status."}, []string{"route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kompobib_request_seconds", Help: "How long requests took, by route.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10}}, []string{"route"}),
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kompobib_queries_total", Help: "Statements run in the database, by route."}, []string{"route"}),
		letters: prometheus.NewGauge(prometheus.GaugeOpts{Name: "kompobib_letters_waiting", Help: "Letters in the outbox that have not gone out."}),
	}
	m.registry.MustRegister(m.requests, m.took, m.queries, m.letters, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

func (m *meter) request(s *sight, took time.Duration, queries int64) {
	if s.route == "" {
		return // files, health
	}
	m.requests.WithLabelValues(s.route, strconv.Itoa(s.status)).Inc()
	m.queries.WithLabelValues(s.route).Add(float64(queries))
	m.took.WithLabelValues(s.route).Observe(took.Seconds())
}

// metrics answers who asks from the machine itself or a network of its own; the world has no business there.
func (s *Server) metrics(w http.ResponseWriter, req *http.Request) {
	ip, forwarded := net.ParseIP(withoutPort(req.RemoteAddr)), len(req.Header.Values("X-Forwarded-For")) > 0
	if ip == nil || !ip.IsLoopback() && !ip.IsPrivate() || forwarded {
		http.NotFound(w, req)
		return
	}
	waiting, err := db.Value[int](req.Context(), s.DB, "SELECT count(*) FROM letter WHERE state IN ('waiting', 'sending')")
	if err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	s.meter.letters.Set(float64(waiting))
	s.meter.handler.ServeHTTP(w, req)
}

// healthz says that the process lives.
func healthz(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") }

// readyz says that the database answers too, and tells of a clock that is wrong. A node whose clock is wrong still serves: it may be the server's
// that is, and then no node would.
func (s *Server) readyz(w http.ResponseWriter, req *http.Request) {
	if _, err := db.Value[int](req.Context(), s.DB, "SELECT count(*) FROM funding_period"); err != nil {
		s.Log.ErrorContext(req.Context(), "not ready", "err", err)
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	ahead, far, err := s.DB.Skew(req.Context(), s.Now)
	if err != nil {
		s.Log.ErrorContext(req.Context(), "not ready", "err", err)
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
	if far {
		s.Log.WarnContext(req.Context(), "this machine's clock is not the database's", "ahead", ahead)
		fmt.Fprintf(w, "but this machine's clock differs from the database's by %v\n", ahead.Round(time.Millisecond).Abs())
	}
}
