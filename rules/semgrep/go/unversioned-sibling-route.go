package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func plain(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/users", users)
	// ruleid: go.unversioned-sibling-route
	mux.HandleFunc("GET /api/products", products)
	// ok: go.unversioned-sibling-route
	mux.HandleFunc("GET /api/health", health)
	// ok: go.unversioned-sibling-route
	mux.HandleFunc("GET /about", about)
}

func chiRoutes(router chi.Router) {
	// ruleid: go.unversioned-sibling-route
	router.Get("/api/tags", tags)
	router.Get("/api/v1/users", users)
}

func ginRoutes(router *gin.Engine) {
	router.GET("/api/v1/users", users)
	// ruleid: go.unversioned-sibling-route
	router.POST("/api/orders", orders)
}

func echoRoutes(e *echo.Echo) {
	e.GET("/api/v2/users", users)
	// ruleid: go.unversioned-sibling-route
	e.DELETE("/api/orders/:id", cancel)
}

func unversioned(router chi.Router) {
	// ok: go.unversioned-sibling-route
	router.Get("/api/tags", tags)
	router.Get("/api/users", users)
}
