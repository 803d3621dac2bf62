# A release's image: the Dockerfile's, from a binary that is built already, the one in the
# archives. .ci/release-build lays out the folder that it is built from.
FROM golang:1.26-bookworm AS git
RUN mkdir /hook && for file in /usr/bin/git $(ldd /usr/bin/git | grep -o '/[^ ]*'); do \
      cp -L --parents "$file" /hook; done

# The commit hook's image (--target hook), as in the Dockerfile.
FROM scratch AS hook
ARG TARGETARCH
COPY --from=git /hook /
COPY dropgate-linux-${TARGETARCH} /usr/bin/dropgate
ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/dropgate"]

FROM scratch
ARG TARGETARCH
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY dropgate-linux-${TARGETARCH} /dropgate
ENTRYPOINT ["/dropgate"]
CMD ["action"]
