package files

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func read(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.path-traversal
	data, _ := os.ReadFile(filepath.Join(folder, r.URL.Query().Get("name")))
	w.Write(data)
}

func base(w http.ResponseWriter, r *http.Request) {
	// ok: go.path-traversal
	data, _ := os.ReadFile(filepath.Join(folder, filepath.Base(r.FormValue("name"))))
	w.Write(data)
}

func local(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if !filepath.IsLocal(name) {
		http.NotFound(w, r)
		return
	}
	// ok: go.path-traversal
	http.ServeFile(w, r, filepath.Join(folder, name))
}

func prefixed(w http.ResponseWriter, r *http.Request) {
	path := filepath.Join(folder, r.FormValue("name"))
	if !strings.HasPrefix(path, folder+"/") {
		http.NotFound(w, r)
		return
	}
	// ok: go.path-traversal
	http.ServeFile(w, r, path)
}

func remove(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.path-traversal
	os.Remove("uploads/" + chi.URLParam(r, "*"))
}

func download(c *gin.Context) {
	// ruleid: go.path-traversal
	c.File("exports/" + c.Query("name"))
	// ok: go.path-traversal
	c.File("exports/latest.csv")
}

func export(c echo.Context) error {
	// ruleid: go.path-traversal
	return c.File("exports/" + c.QueryParam("name"))
}
