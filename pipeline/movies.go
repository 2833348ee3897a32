package pipeline

import (
	"path"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

// movies are the whole film in its sizes, the tallest first.
func movies(made []assets.Rendition) []assets.Rendition {
	var all []assets.Rendition
	for _, r := range made {
		if strings.HasPrefix(string(r.Role), string(assets.RoleMP4)+"-") {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b assets.Rendition) int { return b.Width*b.Height - a.Width*a.Height })
	return all
}

// tallest is the whole film in its greatest size.
func tallest(made []assets.Rendition) (top assets.Rendition, found bool) {
	if all := movies(made); len(all) > 0 {
		return all[0], true
	}
	return assets.Rendition{}, false
}

// reviewed is how many lines a film is looked at with: enough to see, few enough to
// come at once.
const reviewed = 720

// Reviewed is the whole film as people of the house and partners look at it.
func Reviewed(made []assets.Rendition) (best assets.Rendition, found bool) {
	for _, m := range movies(made) {
		if found && min(m.Width, m.Height) < reviewed {
			break
		}
		best, found = m, true
	}
	return best, found
}

// biggest is the widest file of a role that people open anywhere.
func biggest(made []assets.Rendition, role assets.Role) (best assets.Rendition, found bool) {
	for _, r := range made {
		if r.Role == role && r.Rank == 0 && path.Ext(r.Key) != ".webp" && (!found || r.Width > best.Width) {
			best, found = r, true
		}
	}
	return best, found
}
