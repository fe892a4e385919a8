package demo

import (
	"crypto/sha256"
	"math/rand/v2"
)

// seed is what chance begins with for a name: the same in every run, unlike that of all other names.
func seed(name string) [32]byte { return sha256.Sum256([]byte("KompoBib2020 " + name)) }

// chance is a source of chance of its own for whatever has a name.
func chance(name string) *rand.Rand { return rand.New(rand.NewChaCha8(seed(name))) }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
