package users

import (
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func one(w http.ResponseWriter, r *http.Request) {
	user, err := load(chi.URLParam(r, "id"))
	if err != nil {
		// ruleid: go.exception-text-in-response
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, user)
}

func refused(w http.ResponseWriter, r *http.Request) {
	user, err := parse(r)
	if err != nil {
		// ok: go.exception-text-in-response
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, user)
}

func fixed(w http.ResponseWriter, r *http.Request) {
	user, err := load(chi.URLParam(r, "id"))
	if err != nil {
		slog.Error("cannot load", "error", err.Error())
		// ok: go.exception-text-in-response
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	answer(w, user)
}

func all(c *gin.Context) {
	users, err := loadAll()
	if err != nil {
		// ruleid: go.exception-text-in-response
		c.JSON(http.StatusInternalServerError, gin.H{"error": err.Error()})
		return
	}
	c.JSON(http.StatusOK, users)
}

func some(c echo.Context) error {
	users, err := loadAll()
	if err != nil {
		// ruleid: go.exception-text-in-response
		return c.JSON(500, map[string]string{"error": "cannot load: " + err.Error()})
	}
	return c.JSON(http.StatusOK, users)
}
