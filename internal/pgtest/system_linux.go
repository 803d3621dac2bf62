package pgtest

import "syscall"

// enough is the free space that a server with some databases needs, in bytes.
const enough = 1 << 30

// attributes makes a program run as the account, if any, and end with the test
// process even when that is killed.
func attributes(account *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: account, Pdeathsig: syscall.SIGQUIT}
}

// scratch returns the directory to make the server's in: in memory where there
// is room, since every new database is some hundred files; else the usual one.
func scratch() string {
	const memory = "/dev/shm"
	var stat syscall.Statfs_t
	if err := syscall.Statfs(memory, &stat); err != nil || stat.Bavail*uint64(stat.Bsize) < enough {
		return ""
	}
	if err := syscall.Access(memory, 7); err != nil {
		return ""
	}
	return memory
}
