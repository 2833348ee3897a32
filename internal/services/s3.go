package services

import (
	"context"
	"crypto/rand"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Server is versitygw over a temporary folder.
type S3Server struct {
	Endpoint  string // host:port, plain HTTP
	AccessKey string
	SecretKey string
}

// StartS3 starts a gateway that lives as long as t. The gateway is a tool of
// go.mod: the first use compiles it, which takes a minute or two.
func StartS3(t testing.TB) *S3Server {
	t.Helper()
	binary := run(t, exec.Command(find(t, "go", "install Go from https://go.dev/dl"), "tool", "-n", "versitygw"))
	s := &S3Server{AccessKey: "regie", SecretKey: rand.Text()}
	onFreePort(t, func(port int) *process {
		s.Endpoint = fmt.Sprintf("127.0.0.1:%d", port)
		cmd := exec.Command(binary, "--port", s.Endpoint, "--access", s.AccessKey, "--secret", s.SecretKey, "--quiet", "posix", t.TempDir())
		p := start(t, cmd, syscall.SIGTERM)
		if !p.await(t, func(ctx context.Context) error { return listens(ctx, s.Endpoint) }) {
			return nil
		}
		return p
	})
	return s
}

// Bucket makes an empty bucket and returns its name.
func (s *S3Server) Bucket(t testing.TB) string {
	t.Helper()
	client, err := minio.New(s.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + strings.ToLower(rand.Text())
	if err := client.MakeBucket(t.Context(), name, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	return name
}
