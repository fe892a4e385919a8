package api

import (
	"testing"

	"kompobib/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
