package auth

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"
)

func me(w http.ResponseWriter, r *http.Request) {
	claims := jwt.MapClaims{}
	// ruleid: go.jwt-not-verified
	_, _, err := jwt.NewParser().ParseUnverified(r.Header.Get("Authorization"), claims)
	answer(w, claims, err)
}

func verified(w http.ResponseWriter, r *http.Request) {
	claims := jwt.MapClaims{}
	// ok: go.jwt-not-verified
	_, err := jwt.ParseWithClaims(r.Header.Get("Authorization"), claims, key, jwt.WithValidMethods([]string{"RS256"}))
	answer(w, claims, err)
}

func issuerFirst(w http.ResponseWriter, r *http.Request) {
	claims := jwt.MapClaims{}
	token := r.Header.Get("Authorization")
	// ok: go.jwt-not-verified
	parser.ParseUnverified(token, claims)
	_, err := jwt.ParseWithClaims(token, claims, keyOf(claims))
	answer(w, claims, err)
}

func own(token string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	// ok: go.jwt-not-verified
	_, _, err := parser.ParseUnverified(token, claims)
	return claims, err
}

func link(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.jwt-not-verified
	token, _, err := parser.ParseUnverified(chi.URLParam(r, "token"), &Claims{})
	answer(w, token, err)
}

func profile(c *gin.Context) {
	// ruleid: go.jwt-not-verified
	token, _, err := new(jwt.Parser).ParseUnverified(c.GetHeader("Authorization"), jwt.MapClaims{})
	reply(c, token, err)
}

func account(c echo.Context) error {
	// ruleid: go.jwt-not-verified
	token, _, err := parser.ParseUnverified(c.QueryParam("token"), jwt.MapClaims{})
	return respond(c, token, err)
}
