package gate

import (
	"math"
	"net/http"
	"strconv"

	"anonymal.tv/regie/assets"
)

// Status is the HTTP status of an error (RFC 9110, section 15).
func Status(err error) int {
	if err == ErrStranger {
		return http.StatusUnauthorized
	}
	if e, ok := err.(*assets.Error); ok && e.Op == opThrottle {
		return http.StatusTooManyRequests
	}
	switch assets.KindOf(err) {
	case assets.Invalid:
		return http.StatusUnprocessableEntity
	case assets.NotFound:
		return http.StatusNotFound
	case assets.Conflict:
		return http.StatusConflict
	case assets.Forbidden:
		return http.StatusForbidden
	case assets.Transient:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// RetryAfter sets the header of that name where the error says how long.
func RetryAfter(h http.Header, err error) {
	if e, ok := err.(*assets.Error); ok && e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
}
