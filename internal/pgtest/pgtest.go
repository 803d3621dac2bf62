// Package pgtest starts a real PostgreSQL server for the tests of a package.
//
// What the project claims about PostgreSQL is checked on PostgreSQL. A package
// that wants a server hands its tests to Main and asks for the server by Start:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		conn := pgtest.Start(t).Database(t)
//		…
//	}
//
// The server is made for throwing away: it listens on a socket in a temporary
// directory only, and does nothing to survive a crash.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// required is the environment variable that turns a missing server from a
// skipped test into a failed one.
const required = "DROPGATE_REQUIRE_POSTGRES"

// errNotInstalled says that the machine has no PostgreSQL server.
var errNotInstalled = errors.New("no PostgreSQL server is installed")

// shared is the one server of the process.
var shared struct {
	sync.Mutex
	managed bool // Main is running: it will stop the server
	tried   bool
	server  *Server
	err     error
}

// Main runs the tests of a package and stops the server that they started, if
// they did. It is to be called by TestMain, which may then return.
func Main(m *testing.M) {
	shared.Lock()
	shared.managed = true
	shared.Unlock()
	m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		return
	}
	if err := shared.server.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// Start returns the server of this process, started on the first call. Where no
// server is installed the test is skipped, or fails if the environment has
// DROPGATE_REQUIRE_POSTGRES=1; a server that does not start always fails it.
func Start(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.managed {
		t.Fatal("pgtest.Start needs a TestMain that calls pgtest.Main, which stops the server")
	}
	if !shared.tried {
		shared.tried = true
		shared.server, shared.err = start()
	}
	if errors.Is(shared.err, errNotInstalled) && os.Getenv(required) != "1" {
		t.Skipf("%v (%s=1 makes this a failure)", shared.err, required)
	}
	if shared.err != nil {
		t.Fatalf("start PostgreSQL: %v", shared.err)
	}
	return shared.server
}

// Open starts a server for a program that is no test. The program closes it.
func Open() (*Server, error) { return start() }

// Close ends a server that Open started and removes its files.
func (s *Server) Close() error { return s.stop() }

// A Server is a running PostgreSQL. Its methods may be called from several
// goroutines.
type Server struct {
	process *process

	mu    sync.Mutex
	admin *pgx.Conn // to the maintenance database
	count int       // of databases created so far
	major int
}

// Major returns the server's major version, such as 16.
func (s *Server) Major() int { return s.major }

// Database returns a superuser's connection to a new, empty database. Both go
// when the test ends.
func (s *Server) Database(t testing.TB) *pgx.Conn {
	t.Helper()
	name, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Drop(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	conn, err := s.Connect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Whatever a test did to its connection is no failure of its own.
		_ = conn.Close(context.Background())
	})
	return conn
}

// Create makes an empty database and returns its name.
func (s *Server) Create(ctx context.Context) (string, error) { return s.Copy(ctx, "template0") }

// Copy makes a database that holds all that another one does, and returns its
// name. Nobody may be connected to the other one.
func (s *Server) Copy(ctx context.Context, from string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	name := fmt.Sprintf("test_%d", s.count)
	sql := "CREATE DATABASE " + name + " TEMPLATE " + pgx.Identifier{from}.Sanitize()
	if s.major >= 15 {
		// Copying files would wait for a checkpoint, twice.
		sql += " STRATEGY wal_log"
	}
	if _, err := s.admin.Exec(ctx, sql); err != nil {
		return "", fmt.Errorf("create database %s: %w", name, err)
	}
	return name, nil
}

// Drop removes a database and ends whatever is connected to it.
func (s *Server) Drop(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	quoted := pgx.Identifier{name}.Sanitize()
	if _, err := s.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+quoted+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// Connect opens another superuser's session on the database. The caller closes it.
func (s *Server) Connect(ctx context.Context, database string) (*pgx.Conn, error) {
	return connect(ctx, s.process.dir, database)
}

// start finds, initialises and starts a server and waits until it answers.
func start() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	p, err := launch(bin)
	if err != nil {
		return nil, err
	}
	s := &Server{process: p}
	if err := s.await(30 * time.Second); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// await connects as soon as the server takes connections.
func (s *Server) await(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		conn, err := connect(ctx, s.process.dir, "postgres")
		if err == nil {
			s.admin = conn
			return s.readVersion(ctx)
		}
		select {
		case <-s.process.done:
			return fmt.Errorf("postgres ended early: %s", s.process.tail())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer after %s: %w: %s", limit, err, s.process.tail())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// readVersion fills in the major version.
func (s *Server) readVersion(ctx context.Context) error {
	row := s.admin.QueryRow(ctx, "SELECT current_setting('server_version_num')::int / 10000")
	if err := row.Scan(&s.major); err != nil {
		return fmt.Errorf("read the server's version: %w", err)
	}
	return nil
}

// stop ends the server and removes its files. It is safe to call on a server
// that is only half started.
func (s *Server) stop() error {
	if s.admin != nil {
		_ = s.admin.Close(context.Background()) // the server goes anyway
	}
	return s.process.stop()
}

// connect opens a session through the socket in dir. Settings that the
// environment would add (PGOPTIONS, PGTZ) are dropped.
func connect(ctx context.Context, dir, database string) (*pgx.Conn, error) {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	config, err := pgx.ParseConfig(fmt.Sprintf(
		"host='%s' port=%d user=%s dbname='%s' sslmode=disable",
		quote.Replace(dir), port, superuser, quote.Replace(database)))
	if err != nil {
		return nil, fmt.Errorf("read connection settings: %w", err)
	}
	clear(config.RuntimeParams)
	// Tests change the schema under their own feet: a plan that was prepared
	// before would be refused.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", database, err)
	}
	return conn, nil
}
