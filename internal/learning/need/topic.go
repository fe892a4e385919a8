package need

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"kompobib/internal/access"
	"kompobib/internal/audit"
	"kompobib/internal/db"
	"kompobib/internal/fault"
	"kompobib/internal/learning"
	"kompobib/internal/people"
	"kompobib/internal/programme"
)

var (
	ErrTopic      = fault.Define(fault.NotFound, "need.topic-not")
	ErrTopicName  = fault.Define(fault.Invalid, "need.topic-name")
	ErrTopicTaken = fault.Define(fault.Invalid, "need.topic-taken") // args: the name
	ErrTopicNone  = fault.Define(fault.Invalid, "need.topic-none")
	ErrNeeds      = fault.Define(fault.Invalid, "need.needs-none")
	ErrSorted     = fault.Define(fault.Conflict, "need.sorted-meanwhile")
)

// The most characters of a topic's name and words.
const (
	MaxName  = 120
	MaxWords = 1000
)

// A Topic is what needs of many workplaces have in common, as the office of a programme names it.
type Topic struct {
	ID, Programme string
	Name          string
	Words         string // that point to it, with commas between
	Retired       bool   // no longer to choose; what has it keeps it
	Version       int
	Activities    int // that answer it
}

// Topics are those of a programme in Swedish order, the retired ones last.
func Topics(ctx context.Context, c db.Conn, prog string) ([]Topic, error) {
	all, err := db.All(ctx, c, func(t *Topic) []any {
		return []any{&t.ID, &t.Programme, &t.Name, &t.Words, db.Truth(&t.Retired), &t.Version, &t.Activities}
	}, `SELECT h.id, h.programme, h.name, h.words, h.retired, h.version, (SELECT count(*) FROM topic_activity a WHERE a.topic = h.id)
		FROM need_topic h WHERE h.programme = $1 ORDER BY h.retired, h.name, h.id`, prog)
	keys := make(map[string]string, len(all))
	for _, t := range all {
		keys[t.ID] = people.SortKey(t.Name)
	}
	slices.SortStableFunc(all, func(a, b Topic) int {
		return cmp.Or(db.Int(a.Retired)-db.Int(b.Retired), strings.Compare(keys[a.ID], keys[b.ID]))
	})
	return all, err
}

// GetTopic returns one of a programme's.
func GetTopic(ctx context.Context, c db.Conn, prog, id string) (Topic, error) {
	all, err := Topics(ctx, c, prog)
	if err != nil {
		return Topic{}, err
	}
	if i := slices.IndexFunc(all, func(t Topic) bool { return t.ID == id }); i >= 0 {
		return all[i], nil
	}
	return Topic{}, ErrTopic
}

// SaveTopic adds a topic, or changes the one with t.ID if t.Version still is the last.
func SaveTopic(ctx context.Context, tx *db.Tx, v access.Viewer, t *Topic) error {
	if !v.In(access.PlanLearning, t.Programme) {
		return programme.ErrNotFound
	}
	t.Name, t.Words = strings.Join(strings.Fields(t.Name), " "), strings.Join(strings.Fields(t.Words), " ")
	var faults fault.List
	faults.Unless(t.Name != "", ErrTopicName.At("name"))
	short(&faults, "name", t.Name, MaxName)
	short(&faults, "words", t.Words, MaxWords)
	all, err := Topics(ctx, tx, t.Programme)
	if err != nil {
		return err
	}
	faults.Unless(!slices.ContainsFunc(all, func(o Topic) bool { return o.ID != t.ID && strings.EqualFold(o.Name, t.Name) }), ErrTopicTaken.At("name", t.Name))
	if err := faults.Err(); err != nil {
		return err
	}
	act, n := "change", int64(1)
	if t.ID == "" {
		act, t.ID, t.Version = "create", tx.NewID(), 1
		_, err = tx.Exec(ctx, `INSERT INTO need_topic (id, programme, name, words, retired) VALUES ($1, $2, $3, $4, $5)`, t.ID, t.Programme, t.Name, t.Words, db.Int(t.Retired))
	} else {
		if !slices.ContainsFunc(all, func(o Topic) bool { return o.ID == t.ID }) {
			return ErrTopic
		}
		n, err = tx.Exec(ctx, `UPDATE need_topic SET name = $1, words = $2, retired = $3, version = version + 1 WHERE id = $4 AND version = $5`, t.Name, t.Words, db.Int(t.Retired), t.ID, t.Version)
	}
	switch {
	case errors.Is(err, db.ErrDuplicate):
		return fault.List{ErrTopicTaken.At("name", t.Name)}
	case err != nil:
		return err
	case n == 0:
		return fault.Stale
	}
	return audit.Record(ctx, tx, audit.Event{Act: act, Entity: "need_topic", Row: t.ID})
}

// Sort gives needs of a programme that have been agreed on a topic, or none if topic is "". It returns how many it was news to.
// If one of them no longer has the topic was, and not the new one either, none is sorted: [ErrSorted].
func Sort(ctx context.Context, tx *db.Tx, v access.Viewer, prog, was, topic string, needs []string) (int, error) {
	if !v.In(access.PlanLearning, prog) {
		return 0, programme.ErrNotFound
	}
	if len(needs) == 0 {
		return 0, fault.List{ErrNeeds.At("need")}
	}
	if topic != "" {
		t, err := GetTopic(ctx, tx, prog, topic)
		if err != nil {
			return 0, err
		}
		if t.Retired && topic != was {
			return 0, fault.List{ErrTopicNone.At("topic")}
		}
	}
	needs = slices.Compact(slices.Sorted(slices.Values(needs)))
	if news, err := toSort(ctx, tx, prog, was, topic, needs); err != nil || len(news) == 0 {
		return 0, err
	}
	if err := db.Lock(ctx, tx, "need", needs...); err != nil {
		return 0, err
	}
	news, err := toSort(ctx, tx, prog, was, topic, needs)
	if err != nil {
		return 0, err
	}
	args := []any{db.Null(topic)}
	if _, err := tx.Exec(ctx, `UPDATE need SET topic = $1 WHERE id IN `+db.In(&args, news), args...); err != nil {
		return 0, err
	}
	events := make([]audit.Event, len(news))
	for i, id := range news {
		events[i] = audit.Event{Act: "sort", Entity: "need", Row: id, Detail: map[string]any{"topic": topic}}
	}
	return len(news), audit.Record(ctx, tx, events...)
}

// toSort are those of a programme's needs to which a topic is news.
func toSort(ctx context.Context, c db.Conn, prog, was, topic string, needs []string) (news []string, err error) {
	type row struct{ id, topic string }
	var args []any
	known, err := db.All(ctx, c, func(r *row) []any { return []any{&r.id, &r.topic} }, `SELECT id, coalesce(topic, '') FROM need WHERE id IN `+db.In(&args, needs)+
		` AND agreed IS NOT NULL AND programme = `+put(&args, prog)+` ORDER BY id`, args...)
	if err == nil && len(known) != len(needs) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	for _, r := range known {
		switch r.topic {
		case topic:
		case was:
			news = append(news, r.id)
		default:
			return nil, ErrSorted
		}
	}
	return news, nil
}

// put adds an argument and returns its parameter.
func put(args *[]any, value any) string {
	*args = append(*args, value)
	return parameter(len(*args))
}

// Suggested are topics for needs, by need, the likeliest first: by the topics' names and words, and by what the needs say that have them.
func Suggested(ctx context.Context, c db.Conn, v access.Viewer, topics []Topic, needs []Need) (map[string][]learning.Suggestion, error) {
	if len(topics) == 0 || len(needs) == 0 {
		return nil, nil
	}
	sorted, err := List(ctx, c, v, Filter{Programme: topics[0].Programme, Topic: "some", Limit: mostExamples})
	if err != nil {
		return nil, err
	}
	texts := map[string][]string{}
	for _, n := range sorted {
		texts[n.Topic] = append(texts[n.Topic], n.Text)
	}
	var examples []learning.Examples
	for _, t := range topics {
		if !t.Retired {
			examples = append(examples, learning.Examples{Of: t.ID, Words: t.Name + " " + t.Words, Texts: texts[t.ID]})
		}
	}
	learnt := learning.Learn(examples)
	found := make(map[string][]learning.Suggestion, len(needs))
	for _, n := range needs {
		found[n.ID] = learnt.Suggest(n.Text)
	}
	return found, nil
}

// mostExamples is from how many needs that have a topic it is learnt what others may have.
const mostExamples = 2000
