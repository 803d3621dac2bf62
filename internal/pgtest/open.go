package pgtest

// Open starts a server for a program that is no test, which has to close it.
func Open() (*Server, error) { return start() }

// Close ends a server that Open started, and removes its files.
func (s *Server) Close() error { return s.stop() }
