package users

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

func all(c *gin.Context) {
	users, err := load()
	if err != nil {
		// ruleid: go.error-with-success-status
		c.JSON(http.StatusOK, gin.H{"error": "cannot load"})
		return
	}
	// ok: go.error-with-success-status
	c.JSON(http.StatusOK, gin.H{"users": users, "error": ""})
}

func failing(c *gin.Context) {
	users, err := load()
	if err != nil {
		// ok: go.error-with-success-status
		c.JSON(http.StatusInternalServerError, gin.H{"error": "cannot load"})
		return
	}
	c.JSON(http.StatusOK, users)
}

func some(c echo.Context) error {
	users, err := load()
	if err != nil {
		// ruleid: go.error-with-success-status
		return c.JSON(200, map[string]string{"error": "cannot load"})
	}
	return c.JSON(http.StatusOK, users)
}

func told(c *gin.Context) {
	if err := save(); err != nil {
		// ruleid: go.error-with-success-status
		c.JSON(http.StatusOK, gin.H{"code": 7, "msg": err.Error()})
		return
	}
	// ok: go.error-with-success-status
	c.JSON(http.StatusOK, gin.H{"code": 0, "msg": "saved"})
}

func health(c *gin.Context) {
	state := "up"
	if err := ping(); err != nil {
		// ok: go.error-with-success-status
		c.JSON(http.StatusOK, gin.H{"status": "degraded", "database": err.Error()})
		return
	}
	c.JSON(http.StatusOK, gin.H{"status": state})
}
