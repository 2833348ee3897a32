package worker

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
)

// LogRedis sends what the Redis client says, for the whole process, to the
// debug level of log: it repeats an outage at every call. To be called once,
// before anything connects.
func LogRedis(log *slog.Logger) { redis.SetLogger(redisLog{log}) }

type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, "redis: "+fmt.Sprintf(format, args...))
}

// quiet sends what Asynq says to the debug level: it repeats an outage every few
// seconds, while the sweep reports it once.
type quiet struct{ log *slog.Logger }

func (q quiet) say(args []any)    { q.log.Debug("asynq: " + fmt.Sprint(args...)) }
func (q quiet) Debug(args ...any) { q.say(args) }
func (q quiet) Info(args ...any)  { q.say(args) }
func (q quiet) Warn(args ...any)  { q.say(args) }
func (q quiet) Error(args ...any) { q.say(args) }

// Fatal must not return; Asynq 0.26 never calls it.
func (q quiet) Fatal(args ...any) {
	q.log.Error("asynq: " + fmt.Sprint(args...))
	os.Exit(1)
}
