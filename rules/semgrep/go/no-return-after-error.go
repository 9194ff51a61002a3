package users

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
)

func one(w http.ResponseWriter, r *http.Request) {
	user, err := load(chi.URLParam(r, "id"))
	// ruleid: go.no-return-after-error
	if err != nil {
		http.Error(w, "cannot load", http.StatusInternalServerError)
	}
	answer(w, user)
}

func returning(w http.ResponseWriter, r *http.Request) {
	user, err := load(chi.URLParam(r, "id"))
	// ok: go.no-return-after-error
	if err != nil {
		http.Error(w, "cannot load", http.StatusInternalServerError)
		return
	}
	answer(w, user)
}

func last(w http.ResponseWriter, r *http.Request) {
	// ok: go.no-return-after-error
	if err := answer(w, r); err != nil {
		http.Error(w, "cannot answer", http.StatusInternalServerError)
	}
}

func otherwise(w http.ResponseWriter, r *http.Request) {
	user, err := load(chi.URLParam(r, "id"))
	// ok: go.no-return-after-error
	if err != nil {
		http.Error(w, "cannot load", http.StatusInternalServerError)
	} else {
		answer(w, user)
	}
	count(r)
}

func all(c *gin.Context) {
	users, err := loadAll()
	// ruleid: go.no-return-after-error
	if err != nil {
		c.JSON(http.StatusInternalServerError, gin.H{"error": "cannot load"})
	}
	c.JSON(http.StatusOK, users)
}

func logged(c *gin.Context) {
	users, err := loadAll()
	// ok: go.no-return-after-error
	if err != nil {
		logger.Error(http.StatusInternalServerError, err)
	}
	c.JSON(http.StatusOK, users)
}
