package main

import (
	"net/http"

	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func ginServer(engine *gin.Engine) {
	// ruleid: go.cors-any-origin-with-credentials
	engine.Use(cors.New(cors.Config{AllowOriginFunc: func(origin string) bool { return true }, AllowCredentials: true}))
	// ok: go.cors-any-origin-with-credentials
	engine.Use(cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}, AllowCredentials: true}))
	// ok: go.cors-any-origin-with-credentials
	engine.Use(cors.New(cors.Config{AllowOriginFunc: func(origin string) bool { return known[origin] }, AllowCredentials: true}))
}

func chiServer(router chi.Router) {
	// ruleid: go.cors-any-origin-with-credentials
	router.Use(cors.Handler(cors.Options{AllowOriginFunc: func(r *http.Request, origin string) bool { return true }, AllowCredentials: true}))
	// ok: go.cors-any-origin-with-credentials
	router.Use(cors.Handler(cors.Options{AllowedOrigins: []string{"*"}, AllowCredentials: false}))
}

func echoServer(e *echo.Echo) {
	// ruleid: go.cors-any-origin-with-credentials
	e.Use(middleware.CORSWithConfig(middleware.CORSConfig{AllowCredentials: true, UnsafeWildcardOriginWithAllowCredentials: true}))
	// ok: go.cors-any-origin-with-credentials
	e.Use(middleware.CORSWithConfig(middleware.CORSConfig{AllowOrigins: origins, AllowCredentials: true}))
}

func echoed(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.cors-any-origin-with-credentials
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Credentials", "true")
}

func echoedByName() gin.HandlerFunc {
	return func(c *gin.Context) {
		origin := c.Request.Header.Get("Origin")
		// ruleid: go.cors-any-origin-with-credentials
		c.Header("Access-Control-Allow-Origin", origin)
		c.Header("Access-Control-Allow-Credentials", "true")
		if c.Request.Method == "OPTIONS" {
			c.AbortWithStatus(http.StatusNoContent)
			return
		}
		c.Next()
	}
}

func refusedByName(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if !known[origin] {
		return
	}
	// ok: go.cors-any-origin-with-credentials
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Allow-Credentials", "true")
}

func askedByName(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if isKnown(origin) {
		// ok: go.cors-any-origin-with-credentials
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
}

func chosenByName(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	switch origin {
	case "https://app.example.com", "https://www.example.com":
		// ok: go.cors-any-origin-with-credentials
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
}

func replacedByName(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if !known[origin] {
		origin = "https://app.example.com"
	}
	// ok: go.cors-any-origin-with-credentials
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Allow-Credentials", "true")
}

func checked(w http.ResponseWriter, r *http.Request) {
	if known[r.Header.Get("Origin")] {
		// ok: go.cors-any-origin-with-credentials
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	}
	w.Header().Set("Access-Control-Allow-Credentials", "true")
}
