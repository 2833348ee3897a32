package services

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// nginxConf is nginx at its fastest: the kernel moves the bytes. (Who is not root is
// told that its first word does nothing.)
const nginxConf = `user root; daemon off; worker_processes auto; pid nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
	sendfile on; tcp_nopush on; access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	server { listen 127.0.0.1:%d; root %q; }
}
`

// StartNginx serves a folder, and returns its address.
func StartNginx(t testing.TB, folder string) string {
	t.Helper()
	binary := find(t, "nginx", "apt-get install nginx-light", "/usr/sbin")
	var address string
	onFreePort(t, func(port int) *process {
		dir := t.TempDir()
		conf := filepath.Join(dir, "nginx.conf")
		if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, port, folder), 0o600); err != nil {
			t.Fatal(err)
		}
		address = fmt.Sprintf("127.0.0.1:%d", port)
		p := start(t, exec.Command(binary, "-p", dir, "-c", conf, "-e", "stderr"), syscall.SIGTERM)
		if !p.await(t, func(ctx context.Context) error { return listens(ctx, address) }) {
			return nil
		}
		return p
	})
	return "http://" + address
}
