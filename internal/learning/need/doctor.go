package need

import (
	"context"

	"kompobib/internal/db"
)

// Invariants are what always holds of needs.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.Never("each need is what its last event says, and has the wording that it names",
			`SELECT n.id FROM need n WHERE NOT EXISTS (SELECT 1 FROM need_event e JOIN need_text t ON t.need = e.need AND t.number = e.wording
				WHERE e.need = n.id AND e.version = n.version AND e.state = n.state AND e.wording = n.wording)
			OR NOT EXISTS (SELECT 1 FROM need_event e WHERE e.need = n.id AND e.version = n.stated AND e.state = n.state)
			OR EXISTS (SELECT 1 FROM need_event e WHERE e.need = n.id AND e.version > n.version) ORDER BY n.id`),
		db.Never("what of a need has been agreed on stands in an agreement, and nothing else does",
			`SELECT n.id FROM need n WHERE (n.agreed IS NULL) = EXISTS (SELECT 1 FROM agreed_need g WHERE g.need = n.id)
			OR n.agreed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM agreed_need g WHERE g.need = n.id AND g.wording = n.agreed) ORDER BY n.id`),
		db.Never("agreements of a plan have numbers from 1",
			`SELECT p.id FROM competence_plan p WHERE (SELECT coalesce(max(a.number), 0) FROM plan_agreement a WHERE a.plan = p.id) <> (SELECT count(*) FROM plan_agreement a WHERE a.plan = p.id) ORDER BY p.id`),
		db.Never("a need's topic, goal area and activities are of its programme, and so are a topic's activities",
			`SELECT n.id FROM need n JOIN need_topic t ON t.id = n.topic WHERE t.programme <> n.programme
			UNION SELECT n.id FROM need n JOIN need_text t ON t.need = n.id JOIN goal_area g ON g.id = t.goal WHERE g.programme <> n.programme
			UNION SELECT n.id FROM need n JOIN need_activity x ON x.need = n.id JOIN activity a ON a.id = x.activity WHERE a.programme <> n.programme
			UNION SELECT t.id FROM need_topic t JOIN topic_activity y ON y.topic = t.id JOIN activity a ON a.id = y.activity WHERE a.programme <> t.programme ORDER BY 1`),
	}
}

// Used returns those of the ids that something here refers to: workplaces with a plan or needs.
func Used(ctx context.Context, c db.Conn, units []string) (map[string]bool, error) {
	return db.Referred(ctx, c,
		db.Reference{Table: "need", Column: "workplace", IDs: units},
		db.Reference{Table: "competence_plan", Column: "workplace", IDs: units})
}
