package users

func (s *Store) search(ctx context.Context, name string) {
	// ruleid: go.leading-wildcard
	s.db.QueryContext(ctx, "SELECT id FROM users WHERE name LIKE '%smith'")
	// ruleid: go.leading-wildcard
	s.db.Query("SELECT id FROM users WHERE name ILIKE $1", "%"+name+"%")
	// ruleid: go.leading-wildcard
	s.gorm.Where("name LIKE ?", "%"+name).Find(&users)
	// ruleid: go.leading-wildcard
	s.gorm.Where("name LIKE ?", fmt.Sprintf("%%%s%%", name)).Find(&users)
	// ok: go.leading-wildcard
	s.gorm.Where("project_id = ? AND hash LIKE ?", project, "%"+name+"%").Count(&Share{})
	// ok: go.leading-wildcard
	s.gorm.Where("project_id = ?", project).Where("name LIKE ?", "%"+name+"%").Count(&User{})
	// ok: go.leading-wildcard
	s.gorm.Where("name LIKE ?", fmt.Sprintf("%s%%", name)).Find(&users)
	// ok: go.leading-wildcard
	s.db.Query("SELECT id FROM users WHERE name LIKE $1", name+"%")
	// ok: go.leading-wildcard
	s.db.Query("SELECT id FROM users WHERE name LIKE 'smith%'")
	// ok: go.leading-wildcard
	s.db.Query("SELECT id FROM users WHERE discount = $1", "%"+name)
}
