# A release's image: the Dockerfile's, from a binary that is built already, the one in the
# archives. .ci/release-build lays out the folder that it is built from.
FROM scratch
ARG TARGETARCH
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY dropgate-linux-${TARGETARCH} /dropgate
ENTRYPOINT ["/dropgate"]
CMD ["action"]
