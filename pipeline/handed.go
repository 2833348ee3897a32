package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"path"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// HandedGroup is how far a film is for the partner who looks at a link.
type HandedGroup string

// The groups of a link's page.
const (
	HandedReview HandedGroup = "review" // can be looked at, and waits for its BAT
	HandedReady  HandedGroup = "ready"  // can be looked at and downloaded
	HandedComing HandedGroup = "coming" // nothing of it is to be had yet, or any more
)

// NamedGroup is a group, and what people call it.
type NamedGroup struct {
	Group HandedGroup
	Name  string
}

// HandedGroups are the groups in the order of the page.
func HandedGroups() []NamedGroup {
	return []NamedGroup{{HandedReview, "À valider"}, {HandedReady, "Disponibles"}, {HandedComing, "À venir"}}
}

// Handed is one film as its partner finds it.
type Handed struct {
	assets.Film
	Group    HandedGroup
	Version  assets.Version     // that is looked at and had; without an ID when coming
	Approval *assets.Approval   // the BAT that waits; nil when none does
	Embargo  time.Time          // not to be made public before; zero: no more, or none
	Public   string             // where everybody sees it on the site; "" as long as nobody does
	PublicAt time.Time          // since when
	Length   float64            // seconds
	Made     []assets.Rendition // of Version; of one film alone, its texts too
	By       []HandedFile       // of one film alone: what can be downloaded, in the order of the menu; none before the BAT
	Formats  []FormatView       // of one film alone: what can be asked for, or is being made
}

// HandedFile is one line of the download menu: a file by its use.
type HandedFile struct {
	Stored
	Use  string // « Pour votre site »
	What string // « MP4 1080p »
}

// Handed lists the films of a link, as they come on its page: those to look at,
// those that are ready, those to come. It is the one gate of all that is served
// by a link: what is not in Made or By is not served.
func (d *Desk) Handed(ctx context.Context, x assets.Delivery) ([]Handed, error) {
	films, err := d.filmsOf(ctx, x)
	if err != nil {
		return nil, err
	}
	all := make([]Handed, len(films))
	for i, f := range films {
		if all[i], err = d.handed(ctx, f); err != nil {
			return nil, err
		}
	}
	order := func(h Handed) int {
		return slices.IndexFunc(HandedGroups(), func(g NamedGroup) bool { return g.Group == h.Group })
	}
	slices.SortStableFunc(all, func(a, b Handed) int { return order(a) - order(b) })
	return all, nil
}

// maxHanded is how many films a link holds.
const maxHanded = 200

// filmsOf are the films of a link: those that were chosen, then those of its
// dossier, the oldest first.
func (d *Desk) filmsOf(ctx context.Context, x assets.Delivery) ([]assets.Film, error) {
	var all []assets.Film
	if len(x.Films) > 0 {
		chosen, err := d.Catalog.Films(ctx, assets.FilmFilter{IDs: x.Films, Limit: maxHanded})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(chosen, func(a, b assets.Film) int { return slices.Index(x.Films, a.ID) - slices.Index(x.Films, b.ID) })
		all = chosen
	}
	if x.Dossier == "" {
		return all, nil
	}
	filed, err := d.Catalog.Films(ctx, assets.FilmFilter{Dossier: x.Dossier, Limit: maxHanded})
	for _, f := range slices.Backward(filed) {
		if !slices.Contains(x.Films, f.ID) {
			all = append(all, f)
		}
	}
	return all, err
}

// HandedFilm is one film of a link; NotFound for one that the link does not hold.
func (d *Desk) HandedFilm(ctx context.Context, x assets.Delivery, film assets.ID) (Handed, error) {
	f, err := d.Catalog.Film(ctx, film)
	if err == nil && !x.Holds(f) {
		err = missing("pipeline.HandedFilm")
	}
	if err != nil {
		return Handed{}, err
	}
	h, err := d.handed(ctx, f)
	if err != nil {
		return h, err
	}
	return d.menu(ctx, h)
}

func (d *Desk) handed(ctx context.Context, f assets.Film) (Handed, error) {
	h := Handed{Film: f, Group: HandedComing}
	if f.State == assets.FilmWithdrawn {
		return h, nil
	}
	s, err := d.standOf(ctx, f)
	if err != nil {
		return h, err
	}
	refusals, err := d.refusalsOf(ctx, f, assets.ChannelPartner, d.Now())
	if err != nil {
		return h, err
	}
	group, v := groupOf(s, refusals)
	for _, r := range refusals {
		if r.Lock == assets.LockEmbargo && r.Until.After(h.Embargo) {
			h.Embargo = r.Until
		}
	}
	if group == HandedComing {
		return h, nil
	}
	made, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return h, err
	}
	top, found := tallest(made)
	if !found {
		return h, nil
	}
	h.Group, h.Version, h.Length = group, v, top.Duration
	h.Made = Covered(f, made)
	if group == HandedReview {
		h.Made = h.shown()
	}
	for _, p := range s.shown {
		if p.Channel == assets.ChannelSite && p.State == assets.PublicationPublished {
			h.Public, h.PublicAt = p.URL, p.PublishedAt
		}
	}
	for _, a := range s.approvals {
		if a.Version == v.ID && a.State == assets.ApprovalAsked {
			h.Approval = &a
		}
	}
	return h, nil
}

// menu adds the texts of a film to what is shown, and its menu.
func (d *Desk) menu(ctx context.Context, h Handed) (Handed, error) {
	if h.Group == HandedComing {
		return h, nil
	}
	texts, err := d.trackFiles(ctx, h.ID)
	h.Made = append(h.Made, texts...)
	if err != nil || h.Group != HandedReady {
		return h, err
	}
	h.By = downloads(h.Film, h.Made)
	return h, d.addFormats(ctx, &h)
}

// groupOf weighs what stands against a film. An embargo keeps no partner from
// the film: it is shown, and theirs to keep.
func groupOf(s stand, refusals []assets.Refusal) (HandedGroup, assets.Version) {
	locked := func(locks ...assets.Lock) bool {
		return slices.ContainsFunc(refusals, func(r assets.Refusal) bool { return slices.Contains(locks, r.Lock) })
	}
	if locked(assets.LockConsent) {
		return HandedComing, assets.Version{}
	}
	if _, v, given := s.warrant(); given && v.State == assets.VersionReady && !locked(assets.LockMusic, assets.LockSilence) {
		return HandedReady, v
	}
	if v, err := candidate(s.versions); err == nil && slices.ContainsFunc(s.approvals, func(a assets.Approval) bool {
		return a.Version == v.ID && a.State == assets.ApprovalAsked
	}) {
		return HandedReview, v
	}
	return HandedComing, assets.Version{}
}

// downloads is the menu of a film: what was made of it, by its use.
func downloads(f assets.Film, made []assets.Rendition) []HandedFile {
	var all []HandedFile
	add := func(r assets.Rendition, use, what, name string) {
		all = append(all, HandedFile{
			Stored: Stored{Key: r.Key, SHA256: r.SHA256, Size: r.Size, Name: french.FileNameOf(f.Title, name, path.Ext(r.Key))},
			Use:    use, What: what,
		})
	}
	movies := movies(made)
	for i, m := range movies {
		lines := fmt.Sprintf("%dp", min(m.Width, m.Height))
		switch {
		case min(m.Width, m.Height) > forSites && i+1 < len(movies):
			add(m, "Pour une projection", "MP4 "+lines, lines)
		case !slices.ContainsFunc(all, func(x HandedFile) bool { return x.Use == "Pour votre site" }):
			add(m, "Pour votre site", "MP4 "+lines, lines)
		case i+1 == len(movies):
			add(m, "Pour un envoi léger", "MP4 "+lines, lines)
		}
	}
	for _, m := range []struct {
		role            assets.Role
		use, what, name string
	}{
		{assets.RoleTeaser, "Teaser", "MP4", "teaser"},
		{assets.RoleAudio, "Le son seul", "M4A", "son"},
		{assets.RoleCaptions, "Sous-titres", "WebVTT", "sous-titres"},
		{assets.RolePoster, "Vignette", "JPEG", "vignette"},
	} {
		if r, there := biggest(made, m.role); there {
			add(r, m.use, m.what, m.name)
		}
	}
	return all
}

// forSites is how many lines a site takes.
const forSites = 1080

// shown is what the page of a film shows of it, and no more: before its BAT nothing
// else is handed out.
func (h Handed) shown() []assets.Rendition {
	movie, _ := h.Movie()
	return slices.DeleteFunc(slices.Clone(h.Made), func(r assets.Rendition) bool { return r.Role != assets.RolePoster && r.ID != movie.ID })
}

// Embed is the HTML by which other sites show a film that is public on the site
// at base; "" for one that is not.
func (h Handed) Embed(base string) string {
	m, there := h.Movie()
	if h.Public == "" || !there {
		return ""
	}
	return fmt.Sprintf(`<iframe src="%s/integrer/%s/" width="%d" height="%d" title="%s" allowfullscreen loading="lazy"></iframe>`,
		html.EscapeString(base), h.ID, m.Width, m.Height, html.EscapeString(french.Clean(h.Title)))
}

// Movie is the film as a link's page plays it.
func (h Handed) Movie() (assets.Rendition, bool) { return Reviewed(h.Made) }

// Seen is a file of a film of a link that its page shows: pictures, the streams of
// the player. What is downloaded is found by Downloaded.
func (h Handed) Seen(name string) (Stored, error) { return among(h.Made, name) }

// Downloaded is a file of the menu, by its name.
func (h Handed) Downloaded(name string) (HandedFile, error) {
	i := slices.IndexFunc(h.By, func(f HandedFile) bool { return f.Name == name })
	if i < 0 {
		return HandedFile{}, missing("pipeline.Downloaded")
	}
	return h.By[i], nil
}

// StillHanded tells whether a link opens as it did when it was read, and all of
// these films are still to be had by it: what is asked while they are on their way.
func (d *Desk) StillHanded(ctx context.Context, link assets.Delivery, films ...assets.ID) (bool, error) {
	now, err := d.Catalog.Delivery(ctx, link.ID)
	if err != nil || now.Standing(d.Now()) != assets.DeliveryOpen || now.Password != link.Password {
		return false, err
	}
	for _, id := range films {
		f, err := d.Catalog.Film(ctx, id)
		if err != nil || !now.Holds(f) {
			return false, err
		}
		if h, err := d.handed(ctx, f); err != nil || h.Group == HandedComing {
			return false, err
		}
	}
	return true, nil
}

// HandedZip is everything that is ready on a link as one archive, a folder a
// film, with checksums; it can be taken up at any byte. Without film it is all of
// them. The films that are in it come along.
func (d *Desk) HandedZip(ctx context.Context, x assets.Delivery, film assets.ID) (Export, []assets.ID, error) {
	all, err := d.Handed(ctx, x)
	if err != nil {
		return Export{}, nil, err
	}
	var films []assets.ID
	var files []Stored
	taken := map[string]bool{}
	for _, h := range all {
		if h.Group != HandedReady || film != "" && h.ID != film {
			continue
		}
		if h, err = d.menu(ctx, h); err != nil {
			return Export{}, nil, err
		}
		films = append(films, h.ID)
		folder := unique(french.FileNameOf(h.Title, "", ""), taken)
		for _, f := range h.By {
			files = append(files, Stored{Key: f.Key, SHA256: f.SHA256, Size: f.Size, Name: folder + "/" + f.Name})
		}
	}
	if len(files) == 0 {
		return Export{}, nil, missing("pipeline.HandedZip")
	}
	return d.zipped(ctx, french.FileNameOf(x.Name, "", ".zip"), x.CreatedAt, "", files), films, nil
}

// HandedText is what is written about a film, to be pasted anywhere.
func (h Handed) HandedText(zone *time.Location) string {
	var b bytes.Buffer
	for _, part := range []string{h.Title, h.Lede, h.Description, h.Credits} {
		if part = strings.TrimSpace(french.Clean(part)); part != "" {
			b.WriteString(part + "\n\n")
		}
	}
	if !h.Embargo.IsZero() {
		b.WriteString("À ne pas diffuser avant le " + french.Day(h.Embargo.In(zone)) + ", " + french.Hour(h.Embargo.In(zone)) + ".\n")
	}
	return strings.TrimSpace(b.String()) + "\n"
}
