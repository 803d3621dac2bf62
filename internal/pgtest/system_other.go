//go:build unix && !linux

package pgtest

import "syscall"

// attributes makes a program run as the account, if any.
func attributes(account *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: account}
}

// scratch returns the directory to make the server's in: the usual one.
func scratch() string { return "" }
