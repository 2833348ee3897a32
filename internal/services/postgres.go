package services

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// PostgresServer is a PostgreSQL server without fsync, in a temporary folder.
type PostgresServer struct {
	port int
}

// Postgres starts a server and returns the address of an empty database on it.
func Postgres(t testing.TB) string {
	t.Helper()
	return StartPostgres(t).Database(t)
}

// StartPostgres starts a server that lives as long as t. Its order of text is
// that of French, so that code which trusts the order of bytes is found out.
func StartPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	const install = "apt-get install postgresql"
	homes, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(homes)
	initdb := find(t, "initdb", install, homes...)
	server := find(t, "postgres", install, homes...)

	dir, as := openFolder(t), &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		as.Credential = unprivileged(t, "postgres")
		if err := os.Chown(dir, int(as.Credential.Uid), int(as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	create := exec.Command(initdb, "-D", data, "--no-sync", "--auth=trust", "--username=regie",
		"--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr-FR")
	create.SysProcAttr, create.Dir = as, dir
	run(t, create)

	s := &PostgresServer{}
	onFreePort(t, func(port int) *process {
		s.port = port
		cmd := exec.Command(server, "-D", data, "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB")
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as.Credential}
		p := start(t, cmd, syscall.SIGINT) // SIGINT: fast shutdown
		if !p.await(t, func(ctx context.Context) error { return s.exec(ctx, "SELECT 1") }) {
			return nil
		}
		return p
	})
	return s
}

// Database makes an empty database and returns its address.
func (s *PostgresServer) Database(t testing.TB) string {
	t.Helper()
	name := "t" + strings.ToLower(rand.Text())
	if err := s.exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *PostgresServer) url(database string) string {
	return fmt.Sprintf("postgres://regie@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func (s *PostgresServer) exec(ctx context.Context, query string) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, query)
	if closed := conn.Close(ctx); err == nil {
		err = closed
	}
	return err
}

// openFolder makes a temporary folder that another user can reach, which those
// of t.TempDir are not.
func openFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "regie-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// unprivileged returns the credential of a user of the system.
func unprivileged(t testing.TB, name string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		missing(t, "the user "+name, "apt-get install postgresql")
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
