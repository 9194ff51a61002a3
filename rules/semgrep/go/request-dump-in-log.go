package server

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httputil"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func dump(w http.ResponseWriter, r *http.Request) {
	raw, err := httputil.DumpRequest(r, true)
	// ruleid: go.request-dump-in-log
	log.Printf("%s", raw)
	// ruleid: go.request-dump-in-log
	log.Println("headers", r.Header)
	// ok: go.request-dump-in-log
	log.Println("agent", r.Header.Get("User-Agent"), err)
	// ok: go.request-dump-in-log
	log.Println("route", chi.URLParam(r, "id"))
}

func body(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	// ok: go.request-dump-in-log
	log.Println("read", len(raw), err)
	var in Input
	err = json.Unmarshal(raw, &in)
	// ok: go.request-dump-in-log
	log.Println("decoded", in.Name, err)
}

func ginDump(c *gin.Context) {
	raw, err := c.GetRawData()
	// ruleid: go.request-dump-in-log
	logger.Infof("body %s", string(raw))
	// ok: go.request-dump-in-log
	logger.Infof("failed %v", err)
}

func echoDump(c echo.Context) error {
	// ruleid: go.request-dump-in-log
	c.Logger().Infof("headers %v", c.Request().Header)
	return nil
}
