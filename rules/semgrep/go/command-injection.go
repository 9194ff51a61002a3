package tools

import (
	"net/http"
	"os/exec"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func ping(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.command-injection
	out, _ := exec.Command("sh", "-c", "ping -c 1 "+r.FormValue("host")).Output()
	w.Write(out)
}

func argument(w http.ResponseWriter, r *http.Request) {
	// ok: go.command-injection
	out, _ := exec.Command("ping", "-c", "1", "--", r.FormValue("host")).Output()
	w.Write(out)
}

func run(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.command-injection
	out, _ := exec.CommandContext(r.Context(), chi.URLParam(r, "tool")).Output()
	w.Write(out)
}

func count(c *gin.Context) {
	count, _ := strconv.Atoi(c.Query("count"))
	// ok: go.command-injection
	exec.Command("sh", "-c", "seq "+strconv.Itoa(count)).Run()
	// ruleid: go.command-injection
	exec.Command("bash", "-c", "seq "+c.Query("count")).Run()
}

func convert(c echo.Context) error {
	var in Convert
	if err := c.Bind(&in); err != nil {
		return err
	}
	// ruleid: go.command-injection
	return exec.Command("sh", "-c", "convert "+in.Name).Run()
}
