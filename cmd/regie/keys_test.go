package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
)

// house is opened on the data folder of a test.
func openHouse(t *testing.T, data string) *house {
	t.Helper()
	cfg := configs.Default()
	cfg.Data = data
	h, err := open(t.Context(), cfg, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// plantSealed seals the details of many authorisations, the tokens of a channel,
// and one scan.
func plantSealed(t *testing.T, data string) {
	t.Helper()
	h := openHouse(t, data)
	var c assets.Change
	for i := range 120 {
		id := assets.ID(fmt.Sprintf("consent%03d", i))
		sealed, err := h.parts.Sealer.Seal(access.SealName(assets.SubjectConsent, id, "details"), []byte("Nom planté"))
		if err != nil {
			t.Fatal(err)
		}
		c.Consents = append(c.Consents, assets.Consent{ID: id, Minor: assets.No, Sealed: sealed, CreatedAt: h.now(), UpdatedAt: h.now()})
		c.Events = append(c.Events, assets.Event{ID: newID(), Kind: assets.SubjectConsent, Subject: id, To: "asked", Actor: "cli", At: h.now()})
	}
	tokens, err := h.parts.Sealer.Seal(access.SealName(assets.SubjectAccount, "vimeo", "tokens"), []byte("jetons"))
	if err != nil {
		t.Fatal(err)
	}
	c.Accounts = []assets.Account{{Channel: "vimeo", Name: "La web TV", Sealed: tokens, ConnectedAt: h.now()}}
	c.Events = append(c.Events, assets.Event{ID: newID(), Kind: assets.SubjectAccount, Subject: "vimeo", To: string(assets.AccountConnected), Actor: "cli", At: h.now()})
	key := "consents/consent000/1"
	scan, err := h.parts.Sealer.Seal("blob:"+key, []byte("image"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.parts.Blobs.Put(t.Context(), key, bytes.NewReader(scan)); err != nil {
		t.Fatal(err)
	}
	if err := h.catalog.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	h.Close()
}

// TestKeys (W-14): the keys are made once; without them, or with others,
// nothing starts; turned over, they still open everything.
func TestKeys(t *testing.T) {
	data := t.TempDir()
	plantSealed(t, data)
	file := filepath.Join(data, "keys", "secret")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(why string, text []byte) {
		t.Helper()
		if text == nil {
			_ = os.Remove(file)
		} else if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := outcome(t, data, "film", "list")
		if code != exitUsage || !strings.Contains(errs, why) {
			t.Fatalf("%d %s%s", code, out, errs)
		}
		if _, err := os.Stat(file); text == nil && err == nil {
			t.Fatal("a new key was made in place of the lost one")
		}
	}
	other, err := newKey(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	refused("manque", nil)
	refused("n'ouvre pas", []byte(other.Reveal()))
	refused("n'est pas une clé", []byte("AGE-SECRET-KEY-1PERDUE"))

	if err := os.WriteFile(file, first, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := outcome(t, data, "keys", "rotate")
	if code != exitDone || !strings.Contains(out, "122 textes") {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	now, err := os.ReadFile(file)
	if err != nil || !bytes.HasSuffix(now, first) || bytes.Equal(now, first) {
		t.Fatalf("the file of keys: %v", err)
	}
	if strings.Contains(out+errs, "AGE-SECRET-KEY") {
		t.Fatal("a key was said aloud")
	}
	if err := os.WriteFile(file, bytes.TrimSuffix(now, first), 0o600); err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, data) // it opens everything to start
	defer h.Close()
	key := "consents/consent000/1"
	scan, err := os.ReadFile(filepath.Join(data, "blobs", key))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := h.parts.Sealer.Open("blob:"+key, scan); err != nil || string(text) != "image" {
		t.Fatalf("%q, %v", text, err)
	}
	if err := pipeline.CheckSealed(t.Context(), h.catalog, nil); assets.KindOf(err) != assets.NotFound {
		t.Fatal(err)
	}
}
