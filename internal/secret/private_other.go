//go:build !unix

package secret

import "io/fs"

// private cannot tell here: the system keeps who may read a file elsewhere.
func private(info fs.FileInfo) bool { return info.Mode().IsRegular() }
