package git

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Tracked returns the files of the index by path. One in conflict is in it once.
func (r *Repository) Tracked(ctx context.Context) ([]TreeFile, error) {
	out, err := r.run(ctx, "ls-files", "-z", "--stage", "--full-name", "--", ":/")
	if err != nil {
		return nil, fmt.Errorf("list the tracked files: %w", err)
	}
	var files []TreeFile
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if line == "" {
			continue // nothing is tracked
		}
		head, path, found := strings.Cut(line, "\t")
		fields := strings.Split(head, " ") // mode, object name, stage
		if !found || len(fields) != 3 {
			return nil, fmt.Errorf("list the tracked files: unexpected %q", line)
		}
		files = append(files, TreeFile{Path: path, Entry: Entry{Mode: fields[0], OID: fields[1]}})
	}
	slices.SortStableFunc(files, func(a, b TreeFile) int { return cmp.Compare(a.Path, b.Path) })
	return slices.CompactFunc(files, func(a, b TreeFile) bool { return a.Path == b.Path }), nil
}

// Contents reads those of the blobs that are here and of at most limit bytes, by one
// process and without fetching any, and calls each in the order of oids until that
// returns false. The number is the blob's among oids.
func (r *Repository) Contents(ctx context.Context, oids []string, limit int, each func(number int, data []byte) bool) error {
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
	// A partial clone lacks what nobody has asked for yet.
	cmd.Env = append(cmd.Env, "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1")
	cmd.Stdin = strings.NewReader(strings.Join(oids, "\n") + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("run git cat-file: %w", err)
	}
	err = readContents(bufio.NewReaderSize(out, 1<<16), oids, limit, each)
	if err != nil && !errors.Is(err, errCut) {
		cancel() // git waits for somebody to read the rest
		_ = cmd.Wait()
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}
	if waitErr := cmd.Wait(); waitErr != nil {
		return explain(ctx, waitErr, "cat-file", stderr.String())
	}
	return err
}

// errEnough says that nobody wants more.
var errEnough = errors.New("enough is read")

func readContents(in *bufio.Reader, oids []string, limit int, each func(int, []byte) bool) error {
	for i, oid := range oids {
		head, err := in.ReadString('\n')
		if err != nil {
			return cut(err)
		}
		fields := strings.Fields(head)
		if len(fields) == 2 && fields[1] == "missing" {
			continue
		}
		if len(fields) != 3 || fields[0] != oid {
			return fmt.Errorf("read blob %s: unexpected answer %q", oid, head)
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil || size < 0 {
			return fmt.Errorf("read blob %s: unexpected answer %q", oid, head)
		}
		if fields[1] != "blob" || size > limit {
			if _, err := in.Discard(size + 1); err != nil {
				return cut(err)
			}
			continue
		}
		data, err := readBody(in, size)
		if err != nil {
			return err
		}
		if !each(i, data) {
			return errEnough
		}
	}
	return nil
}
