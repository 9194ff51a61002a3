package proxy

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func preview(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.server-side-request-forgery
	answer, err := http.Get(r.FormValue("url"))
	copyAnswer(w, answer, err)
}

func fixedHost(w http.ResponseWriter, r *http.Request) {
	// ok: go.server-side-request-forgery
	answer, err := http.Get("https://api.example.com/users/" + url.PathEscape(r.FormValue("id")))
	copyAnswer(w, answer, err)
	// ok: go.server-side-request-forgery
	answer, err = http.Get(fmt.Sprintf("https://api.example.com/users/%s", r.FormValue("id")))
	copyAnswer(w, answer, err)
}

func configuredHost(w http.ResponseWriter, r *http.Request) {
	// ok: go.server-side-request-forgery
	answer, err := http.Get(fmt.Sprintf("%s/invoices/%s", settings.BillingURL, r.FormValue("id")))
	copyAnswer(w, answer, err)
}

func checked(w http.ResponseWriter, r *http.Request) {
	target := r.FormValue("url")
	if !isAllowedHost(target) {
		http.NotFound(w, r)
		return
	}
	// ok: go.server-side-request-forgery
	answer, err := http.Get(target)
	copyAnswer(w, answer, err)
}

func subdomain(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.server-side-request-forgery
	answer, err := http.Get("http://" + chi.URLParam(r, "host") + "/status")
	copyAnswer(w, answer, err)
}

func hook(c *gin.Context) {
	var in Hook
	if err := c.ShouldBindJSON(&in); err != nil {
		return
	}
	// ruleid: go.server-side-request-forgery
	request, _ := http.NewRequest("POST", in.Target, nil)
	send(request)
}

func fetch(c echo.Context) error {
	// ruleid: go.server-side-request-forgery
	request, err := http.NewRequestWithContext(c.Request().Context(), "GET", c.QueryParam("url"), nil)
	return sendOr(request, err)
}
