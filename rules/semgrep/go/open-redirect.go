package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func login(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.open-redirect
	http.Redirect(w, r, r.FormValue("next"), http.StatusFound)
}

func slash(w http.ResponseWriter, r *http.Request) {
	// ok: go.open-redirect
	http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
}

func own(w http.ResponseWriter, r *http.Request) {
	// ok: go.open-redirect
	http.Redirect(w, r, "/users/"+chi.URLParam(r, "id"), http.StatusFound)
	// ok: go.open-redirect
	http.Redirect(w, r, settings.FrontendURL+"?code="+r.FormValue("code"), http.StatusFound)
}

func checked(w http.ResponseWriter, r *http.Request) {
	next := r.FormValue("next")
	if !isLocalPath(next) {
		next = "/"
	}
	// ok: go.open-redirect
	http.Redirect(w, r, next, http.StatusFound)
}

func out(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.open-redirect
	http.Redirect(w, r, chi.URLParam(r, "*"), http.StatusFound)
}

func leave(c *gin.Context) {
	// ruleid: go.open-redirect
	c.Redirect(http.StatusFound, c.Query("to"))
	// ok: go.open-redirect
	c.Redirect(http.StatusFound, "/home")
}

func away(c echo.Context) error {
	// ruleid: go.open-redirect
	return c.Redirect(http.StatusFound, c.QueryParam("to"))
}

func back(w http.ResponseWriter, r *http.Request) {
	// ok: go.open-redirect
	http.Redirect(w, r, r.Header.Get("Referer"), http.StatusFound)
}
