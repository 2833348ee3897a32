package pipeline

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"hash"
	"io"
	"os"
	"path"
	"regexp"
	"strings"

	"anonymal.tv/regie/assets"
)

// longestList bounds a list of sums, in bytes.
const longestList = 16 << 20

// sumLine is a line of md5sum or sha256sum, or of the BSD form.
var (
	sumLine = regexp.MustCompile(`^\\?([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})[ \t]+\*?(.+)$`)
	bsdLine = regexp.MustCompile(`^(?:MD5|SHA1|SHA256) \((.+)\) = ([0-9A-Fa-f]{32,64})$`)
)

// readSums adds what the list of sums says that lies at rel, and is kept in a local
// file, to sums: path below the root of rel → hex. It tells how many it added.
func readSums(file, rel string, sums map[string]string) (n int, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, longestList))
	if err != nil {
		return 0, err
	}
	parse := parseSums
	if suffix(rel) == ".mhl" {
		parse = parseMHL
	}
	base := path.Dir(rel)
	if suffix(rel) == ".mhl" && path.Base(base) == "ascmhl" {
		base = path.Dir(base) // what it lists lies beside the folder of the lists
	}
	for name, sum := range parse(text) {
		if name = path.Join(base, strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")); !strings.HasPrefix(name, "../") {
			sums[name] = sum
			n++
		}
	}
	return n, nil
}

// parseSums reads the lists of md5sum, sha1sum and sha256sum.
func parseSums(text []byte) map[string]string {
	sums := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		if m := sumLine.FindStringSubmatch(line); m != nil {
			sums[m[2]] = strings.ToLower(m[1])
		} else if m := bsdLine.FindStringSubmatch(line); m != nil {
			sums[m[1]] = strings.ToLower(m[2])
		}
	}
	return sums
}

// parseMHL reads a Media Hash List: the first one (mediahashlist.org) and the
// one of the ASC. Sums of kinds that are not in the standard library (xxHash)
// are passed over.
func parseMHL(text []byte) map[string]string {
	var list struct {
		Hashes []mhlHash `xml:"hash"`
		ASC    struct {
			Hashes []mhlHash `xml:"hash"`
		} `xml:"hashes"`
	}
	sums := map[string]string{}
	if xml.Unmarshal(text, &list) != nil {
		return sums
	}
	for _, h := range append(list.Hashes, list.ASC.Hashes...) {
		name := h.File + h.Path
		for _, sum := range []string{h.MD5, h.SHA1, h.SHA256} {
			if b, err := hex.DecodeString(strings.TrimSpace(sum)); err == nil && len(b) > 0 && name != "" {
				sums[strings.TrimSpace(name)] = strings.ToLower(strings.TrimSpace(sum))
			}
		}
	}
	return sums
}

// mhlHash is one file of a Media Hash List.
type mhlHash struct {
	File   string `xml:"file"`
	Path   string `xml:"path"`
	MD5    string `xml:"md5"`
	SHA1   string `xml:"sha1"`
	SHA256 string `xml:"sha256"`
}

// What a list of sums says of a file.
const conforms = "Conforme à la liste de sommes de contrôle."

var errDamaged = &assets.Error{
	Kind: assets.Invalid, Op: "pipeline.conform",
	Msg: "Ce fichier ne correspond pas à la liste de sommes de contrôle de la carte : il est abîmé. Recopiez-le depuis la carte.",
}

// conform holds a local file against the sum that a list says of it.
func conform(file, want string) error {
	got, err := sumLike(file, want)
	if err == nil && !strings.EqualFold(got, want) {
		err = errDamaged
	}
	return err
}

// sumLike sums a file in the way that a sum of this length was made.
func sumLike(name, like string) (string, error) {
	var h hash.Hash = sha256.New()
	switch len(like) {
	case 2 * md5.Size:
		h = md5.New() // a sum against accidents, as cameras and offload tools write it
	case 2 * sha1.Size:
		h = sha1.New()
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
