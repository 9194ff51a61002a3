package pages

import (
	"fmt"
	"html"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func hello(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.cross-site-scripting
	fmt.Fprintf(w, "<h1>Hello %s</h1>", r.FormValue("name"))
	// ok: go.cross-site-scripting
	fmt.Fprintf(w, "<h1>Hello %s</h1>", html.EscapeString(r.FormValue("name")))
	// ok: go.cross-site-scripting
	fmt.Fprintf(w, "hello %s", r.FormValue("name"))
}

func page(w http.ResponseWriter, r *http.Request) {
	text := "<title>" + chi.URLParam(r, "title") + "</title>"
	// ruleid: go.cross-site-scripting
	w.Write([]byte(text))
}

func trusted(c *gin.Context) {
	// ruleid: go.cross-site-scripting
	c.HTML(http.StatusOK, "page.html", gin.H{"body": template.HTML(c.Query("body"))})
	// ok: go.cross-site-scripting
	c.HTML(http.StatusOK, "page.html", gin.H{"body": c.Query("body")})
}

func profile(c *gin.Context) {
	user, _ := load(c.Param("name"))
	// ok: go.cross-site-scripting
	c.HTML(http.StatusOK, "page.html", gin.H{"body": template.HTML(user.RenderedBody)})
}

func greet(c echo.Context) error {
	// ruleid: go.cross-site-scripting
	return c.HTML(http.StatusOK, "<b>"+c.QueryParam("name")+"</b>")
}

func plain(c echo.Context) error {
	// ok: go.cross-site-scripting
	return c.String(http.StatusOK, c.QueryParam("name"))
}
