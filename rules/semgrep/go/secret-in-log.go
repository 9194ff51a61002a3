package auth

import (
	"log"
	"log/slog"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func login(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.secret-in-log
	log.Printf("login %s %s", r.FormValue("user"), r.FormValue("password"))
	// ok: go.secret-in-log
	log.Printf("login %s", r.FormValue("user"))
	token := r.Header.Get("Authorization")
	// ruleid: go.secret-in-log
	slog.Info("call", "token", token)
	// ok: go.secret-in-log
	slog.Info("call", "given", token != "", "length", len(token))
	user := authenticate(token)
	// ok: go.secret-in-log
	slog.Info("call", "user", user, "route", chi.URLParam(r, "id"))
}

func start() {
	// ruleid: go.secret-in-log
	log.Println("connecting with", os.Getenv("DB_PASSWORD"))
	// ok: go.secret-in-log
	log.Println("connecting to", os.Getenv("DB_HOST"))
}

func signUp(c *gin.Context) {
	var in SignUp
	if err := c.ShouldBindJSON(&in); err != nil {
		return
	}
	// ruleid: go.secret-in-log
	logger.Infof("new account %s %s", in.Email, in.Password)
	// ok: go.secret-in-log
	logger.Infof("new account %s", in.Email)
}

func reset(c echo.Context) error {
	// ruleid: go.secret-in-log
	c.Logger().Infof("reset with %s", c.QueryParam("token"))
	// ok: go.secret-in-log
	c.Logger().Infof("reset from %s", c.RealIP())
	return nil
}
