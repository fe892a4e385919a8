package web

import (
	"testing"
	"time"

	"kompobib/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// still is the machine's clock where it stands: a page that looked whether something had changed does not look again
// while its queries are counted, however slow the machine is.
func still() time.Time { return dbtest.Now }
