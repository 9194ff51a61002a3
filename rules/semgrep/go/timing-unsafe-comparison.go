package hooks

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func hook(w http.ResponseWriter, r *http.Request) {
	mac := hmac.New(sha256.New, key)
	mac.Write(body(r))
	expected := hex.EncodeToString(mac.Sum(nil))
	// ruleid: go.timing-unsafe-comparison
	if r.Header.Get("X-Signature") != expected {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func equal(w http.ResponseWriter, r *http.Request) {
	mac := hmac.New(sha256.New, key)
	mac.Write(body(r))
	// ok: go.timing-unsafe-comparison
	if !hmac.Equal(mac.Sum(nil), signature(r)) {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func link(w http.ResponseWriter, r *http.Request) {
	mac := hmac.New(sha256.New, key)
	mac.Write(body(r))
	// ruleid: go.timing-unsafe-comparison
	valid := chi.URLParam(r, "signature") == hex.EncodeToString(mac.Sum(nil))
	answer(w, valid)
}

func checksum(data []byte, expected []byte) bool {
	sum := sha256.New()
	sum.Write(data)
	// ok: go.timing-unsafe-comparison
	return bytes.Equal(sum.Sum(nil), expected)
}

func ginHook(c *gin.Context) {
	mac := hmac.New(sha256.New, key)
	mac.Write(raw(c))
	// ruleid: go.timing-unsafe-comparison
	if !bytes.Equal(mac.Sum(nil), given(c)) {
		c.AbortWithStatus(http.StatusUnauthorized)
	}
}

func echoHook(c echo.Context) error {
	mac := hmac.New(sha256.New, key)
	mac.Write(raw(c))
	// ruleid: go.timing-unsafe-comparison
	if hex.EncodeToString(mac.Sum(nil)) == c.QueryParam("signature") {
		return accept(c)
	}
	return echo.ErrUnauthorized
}
