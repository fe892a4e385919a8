package web

const ownSurveys = "/me/assessments"

// answerPath is where one answers a round.
func answerPath(round string) string { return ownSurveys + "/" + round }
