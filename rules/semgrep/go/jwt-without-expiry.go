package auth

import "github.com/golang-jwt/jwt/v5"

func issue(user User) (string, error) {
	// ruleid: go.jwt-without-expiry
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": user.ID})
	return token.SignedString(key)
}

func registered(user User) (string, error) {
	// ruleid: go.jwt-without-expiry
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{Subject: user.ID}).SignedString(key)
}

func variable(user User) (string, error) {
	// ruleid: go.jwt-without-expiry
	claims := jwt.MapClaims{"sub": user.ID}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	return token.SignedString(key)
}

func expiring(user User) (string, error) {
	// ok: go.jwt-without-expiry
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": user.ID, "exp": inAnHour()})
	return token.SignedString(key)
}

func later(user User) (string, error) {
	// ok: go.jwt-without-expiry
	claims := jwt.MapClaims{"sub": user.ID}
	claims["exp"] = inAnHour()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	return token.SignedString(key)
}

func typed(user User) (string, error) {
	// ok: go.jwt-without-expiry
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{ExpiresAt: hour()}).SignedString(key)
}

func unknown(claims jwt.Claims) (string, error) {
	// ok: go.jwt-without-expiry
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)
}
