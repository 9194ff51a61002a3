package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func remove(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.right-claimed-by-caller
	if r.Header.Get("X-User-Role") != "admin" {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	drop(chi.URLParam(r, "id"))
}

func checked(w http.ResponseWriter, r *http.Request) {
	// ok: go.right-claimed-by-caller
	if roleOf(r.Context()) != "admin" {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	// ok: go.right-claimed-by-caller
	if r.FormValue("role") == "admin" {
		listAdmins(w)
	}
}

func ginRemove(c *gin.Context) {
	// ruleid: go.right-claimed-by-caller
	if c.Query("is_admin") == "true" {
		drop(c.Param("id"))
	}
}

func echoRemove(c echo.Context) error {
	// ruleid: go.right-claimed-by-caller
	if c.Request().Header.Get("X-Admin") == "1" {
		drop(c.Param("id"))
	}
	return nil
}
