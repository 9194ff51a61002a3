package auth

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

func login(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.cookie-without-protection
	http.SetCookie(w, &http.Cookie{Name: "session", Value: issue(r), Path: "/"})
	// ok: go.cookie-without-protection
	http.SetCookie(w, &http.Cookie{Name: "session", Value: issue(r), HttpOnly: true, Secure: true})
	// ok: go.cookie-without-protection
	http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
	// ok: go.cookie-without-protection
	http.SetCookie(w, &http.Cookie{Name: "csrf_token", Value: token(r)})
	// ok: go.cookie-without-protection
	http.SetCookie(w, &http.Cookie{Name: "session", MaxAge: -1})
}

func later(w http.ResponseWriter, r *http.Request) {
	// ok: go.cookie-without-protection
	cookie := &http.Cookie{Name: "session", Value: issue(r)}
	cookie.HttpOnly = true
	http.SetCookie(w, cookie)
}

func signIn(c *gin.Context) {
	// ruleid: go.cookie-without-protection
	c.SetCookie("access_token", issued(c), 3600, "/", "", true, false)
	// ok: go.cookie-without-protection
	c.SetCookie("access_token", issued(c), 3600, "/", "", true, true)
	// ok: go.cookie-without-protection
	c.SetCookie("access_token", "", -1, "/", "", true, false)
}

func enter(c echo.Context) error {
	// ruleid: go.cookie-without-protection
	c.SetCookie(&http.Cookie{Name: "jwt", Value: given(c), HttpOnly: false})
	return c.NoContent(http.StatusNoContent)
}
