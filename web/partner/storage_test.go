package partner

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline"
)

// TestStorage (D-02): where films are kept in a storage that signs, a download is
// handed out there, by an address that opens for five minutes and saves the file
// under its name; a link that counts its downloads, archives, and what is only
// looked at, pass through the house. A link that is closed gives no address.
func TestStorage(t *testing.T) {
	dir, server := t.TempDir(), services.StartS3(t)
	store, err := blobs.NewS3(t.Context(), blobs.S3Options{
		Endpoint: server.Endpoint, Bucket: server.Bucket(t), AccessKey: server.AccessKey, Secret: assets.Secret(server.SecretKey),
		Region: "us-east-1", Insecure: true, Scratch: dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := houseOn(t, dir, store)
	files := usual()
	f := h.film("Été à l’Aune", files...)
	x, root := h.link(pipeline.DeliveryRequest{})
	address := h.saved(root, f, assets.MP4Role(1080))
	v := h.visitor()
	v.ask(http.MethodGet, root)

	res, _ := v.ask(http.MethodGet, address)
	there, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusFound || there.Host != server.Endpoint || there.Query().Get("X-Amz-Expires") != "300" || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d, %v, %v", res.StatusCode, res.Header, err)
	}
	for _, from := range []string{"", "bytes=1000-"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, there.String(), nil)
		h.must(err)
		want := files[0].content
		if from != "" {
			r.Header.Set("Range", from)
			want = want[1000:]
		}
		given, err := http.DefaultClient.Do(r)
		h.must(err)
		body, err := io.ReadAll(given.Body)
		h.must(err)
		_ = given.Body.Close()
		_, said, err := mime.ParseMediaType(given.Header.Get("Content-Disposition"))
		if !bytes.Equal(body, want) || err != nil || said["filename"] != "Été à l’Aune (1080p).mp4" {
			t.Errorf("%q: %d with %d bytes, %q, %v", from, given.StatusCode, len(body), said, err)
		}
	}
	if begun, done := h.downloads(x); begun != 1 || done != 1 {
		t.Errorf("%d downloads begun, %d done", begun, done)
	}

	_, counts := h.link(pipeline.DeliveryRequest{Max: 1})
	for name, address := range map[string]string{
		"a link that counts": h.saved(counts, f, assets.MP4Role(1080)), "a picture": root + "/films/" + string(f.ID) + "/voir/poster.jpg", "an archive": root + "/tout.zip",
	} {
		if res, body := v.ask(http.MethodGet, address); res.StatusCode != http.StatusOK || int64(len(body)) != res.ContentLength {
			t.Errorf("%s: %d with %d bytes", name, res.StatusCode, len(body))
		}
	}
	if res, body := v.ask(http.MethodGet, h.saved(counts, f, assets.MP4Role(1080)), "Range", "bytes=5-9"); res.StatusCode != http.StatusPartialContent || !bytes.Equal(body, files[0].content[5:10]) {
		t.Errorf("a range by a link that counts: %d", res.StatusCode)
	}
	if res, _ := v.ask(http.MethodHead, address); res.StatusCode != http.StatusOK || res.ContentLength != int64(len(files[0].content)) {
		t.Errorf("HEAD: %d, %d bytes", res.StatusCode, res.ContentLength)
	}
	_, err = h.RevokeDelivery(t.Context(), x.ID, "com")
	h.must(err)
	if res, _ := v.ask(http.MethodGet, address); res.StatusCode != http.StatusGone || strings.Contains(res.Header.Get("Location"), "X-Amz") {
		t.Errorf("by a link that is closed: %d, %v", res.StatusCode, res.Header)
	}
}
