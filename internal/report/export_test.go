package report

// Crossed is crossed, for the attackers.
var Crossed = crossed
