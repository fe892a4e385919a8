// Package secret keeps what must not be read by whoever gets hold of the database: envelopes sealed
// with a key of each owner, and keyed hashes. The master key stands in a file outside the data
// folder; the owners' keys stand in the database, wrapped by it. Destroying an owner's key erases all
// that was sealed with it in the database, since nobody can open it any more.
//
// A backup of the database has the owners' keys as they were, so whoever has it and the master key can open
// what has been erased since. It is erased for good when the last such backup is gone.
package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const keySize = 32 // bytes: AES-256

// ErrKey is the error of a key file that cannot be used.
var ErrKey = errors.New("secret: unusable key")

// A Ring holds the master keys: the newest wraps, the older ones still open, and the first of all
// keys the hashes, so that what was hashed can be compared for as long as the ring lives.
type Ring struct {
	keys []key
}

type key struct {
	id   string
	raw  []byte
	aead cipher.AEAD
}

// NewRing is a ring of the given keys of 32 bytes each, the oldest first.
func NewRing(keys ...[]byte) (*Ring, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrKey)
	}
	r := new(Ring)
	for _, raw := range keys {
		k, err := newKey(raw)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// LoadRing reads a ring from a file with a key on each line, the oldest first. If the file is not there
// and create is set, it is made with a new key, for its owner's eyes only. A file that others than its
// owner may read or write is refused.
func LoadRing(path string, create bool) (*Ring, error) {
	if create {
		if err := makeKeyFile(path); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !private(info) {
		return nil, fmt.Errorf("%w: %s may be read by others than its owner; run chmod 600 on it", ErrKey, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, err
	}
	var keys [][]byte
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(string(line))
		if err != nil {
			return nil, fmt.Errorf("%w: a line of %s is not base64", ErrKey, path)
		}
		keys = append(keys, raw)
	}
	return NewRing(keys...)
}

// makeKeyFile makes the file whole or not at all: another process may start at the same time.
func makeKeyFile(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return os.ErrExist
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	raw := make([]byte, keySize)
	rand.Read(raw)
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path) // fails if another has made it meanwhile
}

// Hash is the keyed hash of s, to compare with others of the same purpose. Without the ring
// nobody can find s by trying, even if there are few to try.
func (r *Ring) Hash(purpose, s string) string {
	return hex.EncodeToString(r.mac(purpose, s))
}

// Code is a number of so many digits that follows from s, and from nothing else without the ring.
func (r *Ring) Code(purpose, s string, digits int) string {
	mac := r.mac(purpose, s)
	var n uint64
	for _, b := range mac[:8] { // far more than the digits: no digit is likelier than another
		n = n<<8 | uint64(b)
	}
	text := fmt.Sprintf("%020d", n)
	return text[len(text)-digits:]
}

func (r *Ring) mac(purpose, s string) []byte {
	sub, err := hkdf.Key(sha256.New, r.keys[0].raw, nil, "kompobib hash "+purpose, keySize)
	if err != nil {
		panic(err) // only of a length that no hash has
	}
	h := hmac.New(sha256.New, sub)
	h.Write([]byte(s))
	return h.Sum(nil)
}

func (r *Ring) newest() key { return r.keys[len(r.keys)-1] }

func (r *Ring) find(id string) (key, bool) {
	for _, k := range r.keys {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

// newKey names a key by what follows from it, so that an envelope can tell which key opens it.
func newKey(raw []byte) (key, error) {
	if len(raw) != keySize {
		return key{}, fmt.Errorf("%w: it has %d bytes, not %d", ErrKey, len(raw), keySize)
	}
	id, err := hkdf.Key(sha256.New, raw, nil, "kompobib key id", 4)
	if err != nil {
		return key{}, err
	}
	sub, err := hkdf.Key(sha256.New, raw, nil, "kompobib seal", keySize)
	if err != nil {
		return key{}, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	return key{hex.EncodeToString(id), bytes.Clone(raw), aead}, err
}

// seal is "key id.base64 of nonce and ciphertext", which opens only for the same owner.
func (k key) seal(owner string, plain []byte) string {
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	rand.Read(nonce)
	return k.id + "." + base64.RawURLEncoding.EncodeToString(k.aead.Seal(nonce, nonce, plain, []byte(owner)))
}

func (k key) open(owner string, body []byte) ([]byte, error) {
	n := k.aead.NonceSize()
	if len(body) < n {
		return nil, ErrBroken
	}
	plain, err := k.aead.Open(nil, body[:n], body[n:], []byte(owner))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// parse takes an envelope apart. There is one way to write each: a changed one is never taken for it.
func parse(sealed string) (id string, body []byte, err error) {
	id, text, ok := strings.Cut(sealed, ".")
	if !ok || len(id) != 8 {
		return "", nil, ErrBroken
	}
	body, err = base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return "", nil, ErrBroken
	}
	return id, body, nil
}
