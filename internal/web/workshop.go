package web

func workshopPath(id string) string { return "/workshops/" + id }
