package offers

func (s *Store) offers(ctx context.Context) {
	// ruleid: go.random-order
	s.db.QueryContext(ctx, "SELECT id FROM offers ORDER BY RANDOM() LIMIT 3")
	// ruleid: go.random-order
	s.gorm.Order("RAND()").Limit(3).Find(&offers)
	// ok: go.random-order
	s.gorm.Order("created_at desc").Limit(3).Find(&offers)
	// ok: go.random-order
	s.db.Query("SELECT id, RANDOM() FROM offers WHERE id = $1", s.pick())
}
