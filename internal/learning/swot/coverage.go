package swot

import "kompobib/internal/fault"

// ErrNobody is the fault of a reminder that nobody is to get today.
var ErrNobody = fault.Define(fault.Conflict, "swot.nobody")
