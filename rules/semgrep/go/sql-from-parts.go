package shop

import (
	"database/sql"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func (s *Server) users(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	// ruleid: go.sql-from-parts
	rows, err := s.db.Query("SELECT id FROM users WHERE name = '" + name + "'")
	answer(w, rows, err)
}

func (s *Server) bound(w http.ResponseWriter, r *http.Request) {
	// ok: go.sql-from-parts
	rows, err := s.db.QueryContext(r.Context(), "SELECT id FROM users WHERE name LIKE $1", r.FormValue("name")+"%")
	answer(w, rows, err)
}

func (s *Server) number(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.FormValue("limit"))
	// ok: go.sql-from-parts
	rows, err := s.db.Query(fmt.Sprintf("SELECT id FROM users LIMIT %d", limit))
	answer(w, rows, err)
}

func (s *Server) order(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	// ruleid: go.sql-from-parts
	row := s.db.QueryRowContext(r.Context(), fmt.Sprintf("SELECT * FROM orders WHERE id = %s", id))
	answer(w, row, nil)
}

func (h *Handler) search(c *gin.Context) {
	statement := fmt.Sprintf("SELECT * FROM posts WHERE title LIKE '%%%s%%'", c.Query("q"))
	// ruleid: go.sql-from-parts
	h.db.Raw(statement).Scan(&posts)
	// ok: go.sql-from-parts
	h.db.Raw("SELECT * FROM posts WHERE title LIKE ?", "%"+c.Query("q")+"%").Scan(&posts)
	// ruleid: go.sql-from-parts
	h.db.Where("title = '" + c.Query("q") + "'").Find(&posts)
	// ok: go.sql-from-parts
	h.db.Where("title = ?", c.Query("q")).Find(&posts)
	c.JSON(http.StatusOK, posts)
}

func (h *Handler) decoded(c *gin.Context) {
	var input Filter
	if err := c.ShouldBindJSON(&input); err != nil {
		return
	}
	// ruleid: go.sql-from-parts
	h.sql.Exec("UPDATE posts SET seen = true WHERE " + input.Condition)
	// ok: go.sql-from-parts
	h.sql.Exec("UPDATE posts SET seen = true WHERE id = ?", input.ID)
}

func (h *Handler) sorted(c *gin.Context) {
	column := sortColumns[c.Query("sort")]
	// ok: go.sql-from-parts
	h.sql.Query("SELECT id FROM posts ORDER BY " + column)
}

func (h *Handler) list(c echo.Context) error {
	// ruleid: go.sql-from-parts
	rows, err := h.db.Query("SELECT id FROM posts ORDER BY " + c.QueryParam("sort"))
	return reply(c, rows, err)
}

func (h *Handler) page(c echo.Context) error {
	// ok: go.sql-from-parts
	rows, err := h.index.Search("title:" + c.QueryParam("title"))
	return reply(c, rows, err)
}
