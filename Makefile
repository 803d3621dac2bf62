# The things to do with a checkout. They need Go and gcc; `setup`, `lint` and `docker`
# fetch or start the rest themselves (see .ci/).

# Packages whose tests have an -update flag.
updatable = $(shell grep -rlE 'flag[.]Bool."update"|internal/golden"' --include='*_test.go' . | xargs -r -n1 dirname | sort -u)

.PHONY: setup build test lint update docker

# Once, after the clone: compiles everything, and installs the linters outside the checkout.
setup: build
	.ci/tools actionlint golangci-lint
	go vet ./...

# The command, as ./dropgate.
build:
	go build ./cmd/dropgate

test:
	go test ./...

# Formatting, vet, golangci-lint, actionlint, shellcheck.
lint:
	.ci/lint

# Rewrites golden files and generated documentation; look at the diff before you commit it.
update:
	go test $(updatable) -update

# Builds the action's image and tests it against the stand-in for GitHub.
docker:
	.ci/with-github .ci/image-test
