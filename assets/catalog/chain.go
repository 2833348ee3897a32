package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
)

// hash ties an event to the one before: SHA-256, in hex, over the hash of that
// one and all fields of this, each with its length before it so that no two
// events read the same.
func (r eventRow) hash(before string) string {
	var b strings.Builder
	for _, field := range []string{
		"1", before, string(r.ID), string(r.Kind), string(r.Subject), r.From, r.To, r.Actor, strconv.FormatInt(int64(r.At), 10),
		r.Note, strconv.Itoa(r.Attempt), r.Edits, string(r.Batch), r.IP,
	} { // "1" names this encoding
		b.WriteString(strconv.Itoa(len(field)))
		b.WriteByte(':')
		b.WriteString(field)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// stored is text as the databases give it back, which is what a hash must be
// taken of: without NUL, and with U+FFFD for each byte that is no UTF-8.
func stored[S ~string](s S) S {
	return S(strings.ReplaceAll(string([]rune(string(s))), "\x00", ""))
}

// VerifyLog follows the chain from its first event to the last. Events that
// were written before there was a chain have no hash and are not counted. It
// can't tell whether events were cut off at the end: for that, the last hash
// would have to be kept elsewhere.
func (c *Catalog) VerifyLog(ctx context.Context) (int, error) {
	const op = "catalog.VerifyLog"
	rows, err := c.read.NewSelect().Model((*eventRow)(nil)).Order("seq").Rows(ctx)
	if err != nil {
		return 0, fail(op, err)
	}
	defer func() { _ = rows.Close() }() // only read
	n, last := 0, ""
	for rows.Next() {
		var r eventRow
		if err := c.read.ScanRow(ctx, rows, &r); err != nil {
			return n, fail(op, err)
		}
		if last == "" && r.Hash == "" {
			continue
		}
		if r.Hash != r.hash(last) {
			return n, &assets.Error{
				Kind: assets.Conflict, Op: op + ": " + string(r.ID),
				Msg: "L'événement " + string(r.ID) + " du journal n'est plus ce qu'il était quand il a été écrit, ou il en manque avant lui : le journal a été modifié sans passer par Régie.",
			}
		}
		n, last = n+1, r.Hash
	}
	return n, fail(op, rows.Err())
}
