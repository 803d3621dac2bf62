package githubtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// getTarball sends the client on to the archive, which lies somewhere else on
// GitHub too.
func getTarball(c *call) answer {
	id, found := c.repo.resolve(c.PathValue("ref"))
	if !found {
		return notFound()
	}
	target := fmt.Sprintf("http://%s/_archive/%s/%s.tar.gz", c.Host, c.repo.FullName(), id)
	return answer{status: http.StatusFound, header: http.Header{"Location": {target}}}
}

// archive serves what getTarball points to. It asks for no token, as GitHub's
// address carries one of its own.
func (s *Server) archive(r *http.Request) answer {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/_archive/"), ".tar.gz"), "/")
	if len(parts) != 3 {
		return notFound()
	}
	repo := s.repositories[strings.ToLower(parts[0]+"/"+parts[1])]
	if repo == nil || repo.objects.commits[parts[2]] == nil {
		return notFound()
	}
	m := repo.objects.commits[parts[2]]
	top := fmt.Sprintf("%s-%s-%s/", repo.owner, repo.name, m.id[:7])
	return answer{
		status: http.StatusOK, raw: pack(m, top),
		header: http.Header{"Content-Type": {"application/x-gzip"}},
	}
}

// pack writes a commit's files below a folder, as git archive does.
func pack(m *commit, top string) []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	must(w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": m.id},
	}))
	must(w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: top, Mode: 0o775, ModTime: m.date}))
	for _, path := range slices.Sorted(maps.Keys(m.files)) {
		must(addFile(w, top+path, m.files[path], m.date))
	}
	must(w.Close())
	must(zip.Close())
	return out.Bytes()
}

func addFile(w *tar.Writer, name string, f File, date time.Time) error {
	h := &tar.Header{Name: name, Mode: 0o664, ModTime: date}
	switch f.Mode {
	case ModeSymlink:
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.Content, 0o777
		return w.WriteHeader(h)
	case ModeSubmodule:
		h.Typeflag, h.Name = tar.TypeDir, name+"/"
		return w.WriteHeader(h)
	case ModeExecutable:
		h.Mode = 0o775
	}
	h.Typeflag, h.Size = tar.TypeReg, int64(len(f.Content))
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err := w.Write([]byte(f.Content))
	return err
}

// must is for writing to memory, which does not fail.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("githubtest: pack archive: %v", err))
	}
}
