// Command serve puts a stand-in for GitHub on an address, for tests that are
// driven by a shell: a container on the host's network talks to it as to
// GitHub, and the shell looks at what came of it.
//
//	go run ./internal/github/githubtest/serve -listen 127.0.0.1:8123 -dir DIR [-scenario FILE]
//
// It sets up a repository with a pull request (see testdata/drop-table.json for
// the form, which is also the default), writes the payloads DIR/opened.json,
// DIR/event.json (the same) and DIR/labeled.json, prints its address and serves
// until it is told to stop by SIGTERM or SIGINT. labeled.json is what GitHub
// will send for the label; the label itself is put on by POST /_label.
//
// Apart from GitHub's interface it answers:
//
//	GET  /_state                          comments, reviews, labels, requests, violations as JSON
//	GET  /_event?action=ACTION            payload of a pull_request event, as things are now
//	GET  /_event?event=EVENT              that of merge_group (makes a group of the pull request), push (merges
//	                                      it) or workflow_dispatch
//	POST /_label?name=NAME&by=LOGIN       puts a label on
//	POST /_unlabel?name=NAME&by=LOGIN     takes it off
//	POST /_commit?path=PATH&by=LOGIN      pushes the request's body (or &content=TEXT) as a file to the head branch
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(2)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address to serve on")
	dir := flags.String("dir", ".", "folder to write the event payloads to")
	file := flags.String("scenario", "", "scenario to set up (default: a dropped table)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := readScenario(*file)
	if err != nil {
		return err
	}
	stage, err := s.stage()
	if err != nil {
		return err
	}
	if err := stage.writeEvents(*dir); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", *listen, err)
	}
	if _, err := fmt.Fprintf(stdout, "http://%s\n", listener.Addr()); err != nil {
		return fmt.Errorf("print address: %w", err)
	}
	server := &http.Server{Handler: stage.handler(), ReadHeaderTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// writeEvents writes the payloads of the pull request being opened and of its
// label being put on. For the latter a second stage is labelled, so that this
// one stays without.
func (s *stage) writeEvents(dir string) error {
	labelled, err := s.stage()
	if err != nil {
		return err
	}
	labelled.pull.Label(s.Label, s.Labeler)
	opened := s.pull.Event("opened")
	for name, data := range map[string][]byte{
		"event.json": opened, "opened.json": opened, "labeled.json": labelled.pull.Event("labeled"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
	}
	return nil
}
