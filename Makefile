# KompoBib. `make run` needs Go, make and gcc; `make test` fetches the rest (scripts/deps).

# Where several things happen at once: these run under the race detector. The whole program does in torture: to build it
# for the detector takes as long as to run all of these. To vet is for lint, which does all of it: with its tests Go would vet part of that,
# and everything that we build on, for each of the two builds.
RACE := ./internal/db ./internal/once ./internal/secret ./internal/letter ./internal/auth ./internal/activity

# SQLite is C in Go's clothes: what it does within itself is not ours to look for, and takes four times as long when it is looked at. Its driver
# is Go, and stays looked at: the linker keeps one copy of what is generic, sync.Map for all of us too, and the detector must see in it who waits for whom.
RACED := -race $(patsubst %,-gcflags=modernc.org/%=-race=false,sqlite/lib libc memory)

# A template is a function around a closure, and the compiler would set a copy of it into every page that has it: a tenth more program, and
# three times as long to compile, for nothing that can be measured in a page. What a debugger reads takes a third of what is left of that
# time, and is not shipped; stack traces need none of it.
export GOFLAGS += $(shell cat scripts/goflags)

# The compiler and the linker take a third less of a processor when they collect their garbage less often.
test lint torture: export GOGC ?= 400

.PHONY: help run build test lint bench torture pictures deps assets generate

help: ## Say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## Serve the demo at http://127.0.0.1:8080
	bin/kompobib demo

build: ## Build bin/kompobib
	go build -trimpath -ldflags '-s -w -X main.built=$(or $(shell git describe --always --dirty 2>/dev/null),unknown)' -o $(or $(BIN),bin/kompobib) ./cmd/kompobib

# What takes longest comes first, so that nothing is waited for alone in the end; what is raced runs beside it, a package at a time.
FIRST := kompobib/cmd/kompobib/browse kompobib/internal/web kompobib/internal/demo kompobib/internal/web/flow kompobib/cmd/kompobib
test: deps ## Run all tests, on both engines and in a browser
	scripts/with-postgres sh -c 'go test -vet=off $(RACED) -p 1 -timeout 10m $(RACE) & raced=$$!; failed=0; \
		go test -vet=off -timeout 12m $(FIRST) $(filter-out $(FIRST) $(RACE:./%=kompobib/%),$(shell go list ./...)) || failed=1; \
		wait $$raced || failed=1; exit $$failed'

lint: ## Check form, likely mistakes, and that generated and copied files are up to date
	scripts/lint

bench: deps ## Measure speed and size, and compare them with what is aimed at
	scripts/with-postgres scripts/bench

torture: deps ## Run what races again and again, and ask axe about every page: make torture COUNT=100
	BROWSE_ALL=1 go test -count 1 -timeout 30m -run TestEveryPage ./cmd/kompobib/browse
	scripts/with-postgres go test $(RACED) -timeout 8h -count $(or $(COUNT),20) $(RACE) ./cmd/kompobib

pictures: ## Make the handbook's pictures anew from the demo
	HANDBOOK_PICTURES=$(CURDIR)/docs/pictures/handbok go test -count 1 -run TestPictures ./cmd/kompobib/browse

deps: ## Install what the tests need from the system, as root on Debian or Ubuntu
	scripts/deps

assets: ## Copy the front-end files anew from the packages in package-lock.json (needs npm)
	scripts/assets

generate: ## Generate Go from the templates
	go generate ./...
