// Command pictures draws the pictures of the README and the documentation out of what
// the program really says of testdata/demo: a review comment and the summary, as the
// action posts them to the stand-in for GitHub, and the terminal. .ci/pictures calls it.
//
//	go run ./internal/pictures -browser chromium
//
// docs/images then has what was said (review.md, summary.md, terminal.txt), and each
// picture in GitHub's two themes. A picture says inside which page it was drawn from,
// and so the tests know one that is out of date, without a browser.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// images is where the pictures are kept.
const images = "docs/images"

func main() {
	browser := flag.String("browser", "chromium", "`PROGRAM` that draws: Chromium or one of its kind")
	flag.Parse()
	if err := run(*browser); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(browser string) error {
	s, all, err := today()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "dropgate-pictures-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	for _, p := range all {
		data, err := p.draw(browser, folder)
		if err != nil {
			return fmt.Errorf("draw %s: %w", p.name, err)
		}
		name := filepath.Join(images, p.name+".png")
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d kB\n", name, (len(data)+1023)/1024)
	}
	for name, text := range s.files() {
		if err := os.WriteFile(filepath.Join(images, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// today is what is said today, and the pages of the pictures of it.
func today() (sources, []picture, error) {
	s, err := say()
	if err != nil {
		return sources{}, nil, err
	}
	all, err := s.pictures()
	return s, all, err
}

// width is what a line of a report in a terminal takes. The pages are as high as they
// are, and less than height.
const width, height = 720, 1600

// draw lets the browser draw the page, cuts off what is empty below it, and notes in
// the picture which page it is of.
func (p picture) draw(browser, folder string) ([]byte, error) {
	page, shot := filepath.Join(folder, p.name+".html"), filepath.Join(folder, p.name+".png")
	if err := os.WriteFile(page, p.page, 0o600); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	// Without a sandbox, for it is not there for root: the page is our own, and runs nothing.
	command := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--force-device-scale-factor=2", fmt.Sprintf("--window-size=%d,%d", width, height),
		"--user-data-dir="+filepath.Join(folder, "profile"), "--screenshot="+shot, "file://"+page)
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", browser, err, out)
	}
	data, err := os.ReadFile(shot)
	if err != nil {
		return nil, err
	}
	drawn, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	cut, err := trimmed(drawn)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, fewer(cut)); err != nil {
		return nil, err
	}
	return stamped(b.Bytes(), p.mark()), nil
}

// trimmed cuts off the rows at the end that have the colour of the last corner only.
func trimmed(drawn image.Image) (image.Image, error) {
	whole, ok := drawn.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return nil, fmt.Errorf("a picture of the form %T cannot be cut", drawn)
	}
	bounds := drawn.Bounds()
	empty := drawn.At(bounds.Max.X-1, bounds.Max.Y-1)
	for y := bounds.Max.Y - 1; y >= bounds.Min.Y; y-- {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if drawn.At(x, y) == empty {
				continue
			}
			if y == bounds.Max.Y-1 {
				return nil, fmt.Errorf("the page is higher than %d", height)
			}
			bounds.Max.Y = y + 1
			return whole.SubImage(bounds), nil
		}
	}
	return nil, errors.New("the page is empty")
}

// colours is how many a picture keeps. More cannot be told apart, and cost bytes: most
// are shades on the edges of letters.
const colours = 48

// fewer is the picture with its most frequent colours only. The others become the
// nearest of these.
func fewer(drawn image.Image) image.Image {
	bounds := drawn.Bounds()
	count := map[color.Color]int{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[drawn.At(x, y)]++
		}
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int {
		return cmp.Or(count[b]-count[a], strings.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	small := image.NewPaletted(bounds, frequent[:min(colours, len(frequent))])
	draw.Draw(small, bounds, drawn, bounds.Min, draw.Src)
	return small
}
