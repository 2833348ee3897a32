package services_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"anonymal.tv/regie/internal/services"
)

func TestPostgres(t *testing.T) {
	server := services.StartPostgres(t)
	one, two := server.Database(t), server.Database(t)
	if one == two {
		t.Fatal("two databases share an address")
	}
	conn, err := pgx.Connect(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var french bool // é sorts between e and f, as no order of bytes would have it
	if err := conn.QueryRow(t.Context(), "SELECT 'e' < 'é' AND 'é' < 'f'").Scan(&french); err != nil || !french {
		t.Fatalf("French order: %v %v", french, err)
	}
}

func TestRedisForgetsOrKeeps(t *testing.T) {
	for _, tc := range []struct {
		name string
		aof  bool
		kept int64
	}{{"memory", false, 0}, {"aof", true, 1}} {
		t.Run(tc.name, func(t *testing.T) {
			server := services.StartRedis(t, services.RedisOptions{AOF: tc.aof})
			opt, err := redis.ParseURL(server.URL())
			if err != nil {
				t.Fatal(err)
			}
			client := redis.NewClient(opt)
			defer func() { _ = client.Close() }()
			if err := client.Set(t.Context(), "film", "1", 0).Err(); err != nil {
				t.Fatal(err)
			}
			server.Kill()
			server.Restart(t)
			if n, err := client.Exists(t.Context(), "film").Result(); err != nil || n != tc.kept {
				t.Fatalf("after kill and restart: %d keys, %v", n, err)
			}
		})
	}
}

func TestS3(t *testing.T) {
	server := services.StartS3(t)
	if one, two := server.Bucket(t), server.Bucket(t); one == two {
		t.Fatal("two buckets share a name")
	}
}
