package emu

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

func formOf(body []byte) url.Values {
	v, _ := url.ParseQuery(string(body))
	return v
}

func idOf(body []byte) string {
	var v struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(body, &v)
	return v.ID
}

// youtubeKeys are what may be written of each part.
var youtubeKeys = map[string][]string{
	"snippet":          {"title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage"},
	"status":           {"privacyStatus", "publishAt", "license", "embeddable", "publicStatsViewable", "selfDeclaredMadeForKids", "containsSyntheticMedia"},
	"recordingDetails": {"recordingDate", "location", "locationDescription"},
}

// resource reads the parts of a film that a body writes, and refuses what YouTube
// refuses.
func (y *YouTube) resource(x *Exchange) (map[string]map[string]any, bool) {
	var sent map[string]json.RawMessage
	if x.Cut || json.Unmarshal(x.Body, &sent) != nil {
		refuseYouTube(x, http.StatusBadRequest, "parseError")
		return nil, false
	}
	parts := map[string]map[string]any{}
	for name := range strings.SplitSeq(x.Request.URL.Query().Get("part"), ",") {
		keys, known := youtubeKeys[name]
		if !known {
			refuseYouTube(x, http.StatusBadRequest, "unknownPart")
			return nil, false
		}
		part := map[string]any{}
		if sent[name] != nil && json.Unmarshal(sent[name], &part) != nil {
			refuseYouTube(x, http.StatusBadRequest, "parseError")
			return nil, false
		}
		for key := range part {
			if !slices.Contains(keys, key) {
				refuseYouTube(x, http.StatusBadRequest, "unknownName")
				return nil, false
			}
		}
		parts[name] = part
	}
	if reason := youtubeReason(parts); reason != "" {
		refuseYouTube(x, http.StatusBadRequest, reason)
		return nil, false
	}
	return parts, true
}

func youtubeReason(parts map[string]map[string]any) string {
	if s, named := parts["snippet"]; named {
		title, _ := s["title"].(string)
		description, _ := s["description"].(string)
		category, _ := s["categoryId"].(string)
		tags, _ := s["tags"].([]any)
		length := max(len(tags)-1, 0)
		for _, t := range tags {
			tag, _ := t.(string)
			if length += len(utf16.Encode([]rune(tag))); strings.Contains(tag, " ") {
				length += 2
			}
		}
		switch {
		case title == "", len(utf16.Encode([]rune(title))) > 100, strings.ContainsAny(title, "<>"):
			return "invalidTitle"
		case len(description) > 5000, strings.ContainsAny(description, "<>"):
			return "invalidDescription"
		case length > 500:
			return "invalidTags"
		case category == "":
			return "invalidCategoryId"
		}
	}
	if s, named := parts["status"]; named && s["privacyStatus"] != nil {
		if privacy, _ := s["privacyStatus"].(string); !slices.Contains([]string{"public", "private", "unlisted"}, privacy) {
			return "invalidVideoMetadata"
		}
		if s["publishAt"] != nil && s["privacyStatus"] != "private" {
			return "invalidPublishAt"
		}
	}
	return ""
}

func (y *YouTube) picture(x *Exchange) {
	v := y.find(x.Request.URL.Query().Get("videoId"))
	switch {
	case x.Cut:
	case v == nil:
		refuseYouTube(x, http.StatusNotFound, "videoNotFound")
	case y.Unverified:
		refuseYouTube(x, http.StatusForbidden, "forbidden")
	case len(x.Body) == 0 || x.Request.Header.Get("Content-Type") != "image/jpeg":
		refuseYouTube(x, http.StatusBadRequest, "mediaBodyRequired")
	default:
		v.pictured = true
		x.JSON(http.StatusOK, map[string]any{"kind": "youtube#thumbnailSetResponse"})
	}
}

type youtubeCaption struct {
	Snippet map[string]any `json:"snippet"`
}

func (y *YouTube) caption(x *Exchange) {
	var c youtubeCaption
	if x.Cut || json.Unmarshal(x.Body, &c) != nil || c.Snippet["language"] == nil || c.Snippet["name"] == nil {
		refuseYouTube(x, http.StatusBadRequest, "invalidMetadata")
		return
	}
	film, _ := c.Snippet["videoId"].(string)
	if y.find(film) == nil {
		refuseYouTube(x, http.StatusNotFound, "videoNotFound")
		return
	}
	if slices.ContainsFunc(y.captions, func(o map[string]any) bool {
		return o["videoId"] == film && o["language"] == c.Snippet["language"] && o["name"] == c.Snippet["name"]
	}) {
		refuseYouTube(x, http.StatusConflict, "captionExists")
		return
	}
	y.locate(x, "text/vtt", 100<<20, func(x *Exchange, _ []byte) any {
		y.captions = append(y.captions, c.Snippet)
		return map[string]any{"id": "caption-" + x.Next(), "snippet": c.Snippet}
	})
}

func (y *YouTube) listCaptions(x *Exchange) {
	items := []any{}
	for _, c := range y.captions {
		if c["videoId"] == x.Request.URL.Query().Get("videoId") {
			items = append(items, map[string]any{"snippet": c})
		}
	}
	x.JSON(http.StatusOK, map[string]any{"items": items})
}

func (y *YouTube) listPlaylists(x *Exchange) {
	x.JSON(http.StatusOK, map[string]any{"items": y.playlists})
}

func (y *YouTube) playlist(x *Exchange) {
	var p map[string]any
	if x.Cut || json.Unmarshal(x.Body, &p) != nil || p["snippet"] == nil {
		refuseYouTube(x, http.StatusBadRequest, "playlistTitleRequired")
		return
	}
	p["id"] = "PL" + x.Next()
	y.playlists = append(y.playlists, p)
	x.JSON(http.StatusOK, p)
}

// items lists a playlist: the uploads newest first, by pages.
func (y *YouTube) items(x *Exchange) {
	q := x.Request.URL.Query()
	size, _ := strconv.Atoi(q.Get("maxResults"))
	if size <= 0 || size > 50 {
		size = 5
	}
	all := []any{}
	if q.Get("playlistId") == uploadsList {
		for _, v := range y.films {
			if !x.Now().Before(v.at.Add(y.Lag)) {
				all = append(all, map[string]any{"contentDetails": map[string]any{"videoId": v.id}})
			}
		}
	}
	for _, e := range y.entries {
		if e["playlistId"] == q.Get("playlistId") && (q.Get("videoId") == "" || e["videoId"] == q.Get("videoId")) {
			all = append(all, map[string]any{"id": e["id"], "contentDetails": map[string]any{"videoId": e["videoId"]}})
		}
	}
	from, _ := strconv.Atoi(q.Get("pageToken"))
	from = min(from, len(all))
	to := min(from+size, len(all))
	page := map[string]any{"items": all[from:to]}
	if to < len(all) {
		page["nextPageToken"] = strconv.Itoa(to)
	}
	x.JSON(http.StatusOK, page)
}

// item adds a film to a playlist, as often as it is told to.
func (y *YouTube) item(x *Exchange) {
	var e struct {
		Snippet struct {
			Playlist string `json:"playlistId"`
			Resource struct {
				Kind  string `json:"kind"`
				Video string `json:"videoId"`
			} `json:"resourceId"`
		} `json:"snippet"`
	}
	if x.Cut || json.Unmarshal(x.Body, &e) != nil || e.Snippet.Resource.Kind != "youtube#video" || y.find(e.Snippet.Resource.Video) == nil {
		refuseYouTube(x, http.StatusNotFound, "videoNotFound")
		return
	}
	id := "item-" + x.Next()
	y.entries = append(y.entries, map[string]any{"id": id, "playlistId": e.Snippet.Playlist, "videoId": e.Snippet.Resource.Video})
	x.JSON(http.StatusOK, map[string]any{"id": id})
}
