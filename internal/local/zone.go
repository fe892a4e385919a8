package local

import (
	"sync"
	"time"
)

// zones are those that were asked for. To read one takes longer than to find a person in the database.
var zones sync.Map

// ZoneNamed is the zone of a name in the tz database, or [ErrZone].
func ZoneNamed(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, ErrZone
	}
	zones.Store(name, z)
	return z, nil
}

// Zone is the zone of a name that was checked, UTC of any other.
func Zone(name string) *time.Location {
	z, err := ZoneNamed(name)
	if err != nil {
		return time.UTC
	}
	return z
}
