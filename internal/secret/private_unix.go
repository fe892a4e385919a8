//go:build unix

package secret

import "io/fs"

// private reports whether only the owner may read and write the file.
func private(info fs.FileInfo) bool { return info.Mode().IsRegular() && info.Mode().Perm()&0o077 == 0 }
