package auth

import (
	"fmt"
	"math/rand"
	"net/http"
	"time"
)

func reset(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.predictable-token
	resetCode := fmt.Sprintf("%06d", rand.Intn(1000000))
	mail(r.FormValue("email"), resetCode)
}

func session(user *User) {
	// ruleid: go.predictable-token
	user.SessionToken = fmt.Sprint(rand.Int63())
}

func jitter() time.Duration {
	// ok: go.predictable-token
	delay := time.Duration(rand.Intn(1000)) * time.Millisecond
	return delay
}

func strong() string {
	// ok: go.predictable-token
	token := randomText(32)
	return token
}

func sample(rows []Row) Row {
	// ok: go.predictable-token
	index := rand.Intn(len(rows))
	return rows[index]
}
