package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anonymal.tv/regie/internal/services"
)

// TestManyMachines runs the web, the worker and the command line apart, each
// with a data folder of its own, on PostgreSQL, Redis and S3.
func TestManyMachines(t *testing.T) {
	redis := services.Redis(t)
	s3 := services.StartS3(t)
	for key, value := range map[string]string{
		"REGIE_DATABASE_URL": services.Postgres(t), "REGIE_REDIS_URL": redis, "REGIE_STORAGE_KIND": "s3",
		"REGIE_STORAGE_S3_ENDPOINT": s3.Endpoint, "REGIE_STORAGE_S3_BUCKET": s3.Bucket(t), "REGIE_STORAGE_S3_INSECURE": "true",
		"REGIE_STORAGE_S3_ACCESS_KEY": s3.AccessKey, "REGIE_STORAGE_S3_SECRET_KEY": s3.SecretKey,
		"REGIE_SITE_PUBLIC": filepath.Join(t.TempDir(), "public"), "REGIE_BASE_URL": "https://anonymal.example.org",
	} {
		t.Setenv(key, value)
	}
	worker := regie(t.Context(), t, t.TempDir(), "worker")
	worker.Stderr = os.Stderr
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	web, url := listening(t.Context(), t, t.TempDir(), "web")
	defer func() {
		_ = worker.Process.Signal(os.Interrupt)
		_ = web.Process.Signal(os.Interrupt)
		if err := worker.Wait(); err != nil {
			t.Errorf("the worker ended with %v", err)
		}
		_ = web.Wait()
	}()
	clip := filepath.Join(clips(t), "good/cam-sign-bird-fullrange-2s.mkv")
	code, out, errs := outcome(t, t.TempDir(), "ingest", clip, "--title", "Deux machines", "--to", "site", "--wait", "--json")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	v := film(t, out)
	if v.State != "published" || v.Publications[0].URL != "https://anonymal.example.org/films/deux-machines/" || v.Master.SHA256 != sum(t, clip) {
		t.Errorf("%s, %+v, %+v", v.State, v.Publications, v.Master)
	}
	res, err := http.Get(strings.TrimSuffix(url, "/") + "/films/deux-machines/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("its page answers %d", res.StatusCode)
	}
}
