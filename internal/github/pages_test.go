package github

import (
	"fmt"
	"testing"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// How many requests a list takes, where no links tell that there is more.
func TestPagesWithoutLinks(t *testing.T) {
	for _, tt := range []struct{ comments, page, want int }{
		{0, 0, 1}, {29, 0, 1}, {30, 0, 2}, {99, 0, 1}, {100, 0, 2}, {101, 0, 2}, {250, 0, 3},
		{29, 30, 1}, {30, 30, 2}, {31, 30, 2}, {250, 30, 9},
		{30, -1, 2}, {100, -1, 2}, {250, -1, 1},
	} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			s := newStage(t)
			for i := range tt.comments {
				s.pr.Comment("carol", fmt.Sprint(i))
			}
			s.server.Behave(githubtest.Manners{Plain: true, Page: tt.page})
			s.server.Forget()
			if _, err := s.FindSummary(t.Context(), s.pr.Number(), "somebody"); err != nil {
				t.Fatal(err)
			}
			if got := len(s.server.Requests()); got != tt.want {
				t.Errorf("%d requests for %d comments on pages of %d, want %d", got, tt.comments, tt.page, tt.want)
			}
		})
	}
}
