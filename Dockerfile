# The image of the GitHub Action: the binary, the CA certificates, nothing else.
# GitHub's runner wants it to run as root and sets the working directory itself,
# so neither USER nor WORKDIR appears in the last stage.

FROM golang:1.26-bookworm AS build

# Left unset, Go's own defaults hold. Set them with --build-arg behind a proxy.
ARG GOPROXY
ARG GOSUMDB

ENV CGO_ENABLED=1
WORKDIR /src

COPY go.mod go.sum ./
RUN go mod download

# PostgreSQL's parser in C is nearly all of the build. Compiled in a layer of its
# own, with the flags of the build below, it is compiled once for each go.mod.
RUN go build -trimpath -tags netgo,osusergo github.com/pganalyze/pg_query_go/v5

COPY . .
RUN go build -trimpath -buildvcs=false -tags netgo,osusergo \
      -ldflags '-s -w -linkmode external -extldflags -static' \
      -o /out/dropgate ./cmd/dropgate

# The image of the commit hook (--target hook): dropgate and a git to read the index with.
FROM build AS git
RUN mkdir /hook && for file in /usr/bin/git $(ldd /usr/bin/git | grep -o '/[^ ]*'); do \
      cp -L --parents "$file" /hook; done

FROM scratch AS hook

COPY --from=git /hook /
COPY --from=build /out/dropgate /usr/bin/dropgate

ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/dropgate"]

FROM scratch

COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/dropgate /dropgate

# No shell in between: a shell would drop variables such as INPUT_GITHUB-TOKEN.
ENTRYPOINT ["/dropgate"]
CMD ["action"]
