package git

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A TreeFile is a file of a commit.
type TreeFile struct {
	Path string // slash-separated, relative to the top folder
	Entry
}

// Tree returns all files of a commit by path, symlinks and submodules included.
// The empty string stands for the empty tree.
func (r *Repository) Tree(ctx context.Context, commit string) ([]TreeFile, error) {
	if commit == "" {
		return nil, nil
	}
	id, err := r.commit(ctx, commit)
	if err != nil {
		return nil, err
	}
	out, err := r.run(ctx, "ls-tree", "-r", "-z", "--full-tree", id)
	if err != nil {
		return nil, fmt.Errorf("list the files of %q: %w", commit, err)
	}
	var files []TreeFile
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if line == "" {
			continue // a commit without files
		}
		head, path, found := strings.Cut(line, "\t")
		fields := strings.Split(head, " ") // mode, type, object name
		if !found || len(fields) != 3 {
			return nil, fmt.Errorf("list the files of %q: unexpected %q", commit, line)
		}
		files = append(files, TreeFile{Path: path, Entry: Entry{Mode: fields[0], OID: fields[2]}})
	}
	slices.SortFunc(files, func(a, b TreeFile) int { return cmp.Compare(a.Path, b.Path) })
	return files, nil
}

// Blobs reads the contents of blobs, of any size, by one process, and calls each
// in the order of oids, also twice for one that is named twice. The callback may
// keep data. Its error ends the reading and is returned as it is. An object that
// is missing or is no blob is an error.
func (r *Repository) Blobs(ctx context.Context, oids []string, each func(oid string, data []byte) error) error {
	for _, oid := range oids {
		if !objectID.MatchString(oid) {
			return fmt.Errorf("read object %q: not a full object name", oid)
		}
	}
	if len(oids) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := r.command(ctx, "cat-file", "--batch", "--buffer")
	cmd.Stdin = strings.NewReader(strings.Join(oids, "\n") + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("run git cat-file: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run git cat-file: %w", err)
	}
	err = readBlobs(bufio.NewReaderSize(out, 1<<16), oids, each)
	if err != nil && !errors.Is(err, errCut) {
		cancel() // git waits for somebody to read the rest
		_ = cmd.Wait()
		return err
	}
	if waitErr := cmd.Wait(); waitErr != nil {
		return explain(ctx, waitErr, "cat-file", stderr.String())
	}
	return err
}

// errCut says that git stopped before it had answered everything; how git ended
// tells why.
var errCut = errors.New("git's answer ends early")

// readBlobs reads git's answers, one for each name:
//
//	oid type size LF content LF   or   oid missing LF
func readBlobs(in *bufio.Reader, oids []string, each func(oid string, data []byte) error) error {
	for _, oid := range oids {
		data, err := readBlob(in, oid)
		if err != nil {
			return fmt.Errorf("read blob %s: %w", oid, err)
		}
		if err := each(oid, data); err != nil {
			return err
		}
	}
	return nil
}

func readBlob(in *bufio.Reader, oid string) ([]byte, error) {
	head, err := in.ReadString('\n')
	if err != nil {
		return nil, cut(err)
	}
	fields := strings.Fields(head)
	if len(fields) == 2 && fields[1] == "missing" {
		return nil, errors.New("the object is missing: fetch it (a partial or damaged clone?)")
	}
	if len(fields) != 3 || fields[0] != oid {
		return nil, fmt.Errorf("unexpected answer %q", head)
	}
	if fields[1] != "blob" {
		return nil, fmt.Errorf("it is a %s, not a file's content", fields[1])
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil || size < 0 {
		return nil, fmt.Errorf("unexpected answer %q", head)
	}
	return readBody(in, size)
}

// readBody reads a blob's content and the line end after it.
func readBody(in *bufio.Reader, size int) ([]byte, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, cut(err)
	}
	if _, err := in.ReadByte(); err != nil {
		return nil, cut(err)
	}
	return data, nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}
