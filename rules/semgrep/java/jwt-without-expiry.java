class Tokens {
    String issue(User user) {
        // ruleid: java.jwt-without-expiry
        return Jwts.builder().setSubject(user.getName()).signWith(KEY).compact();
    }

    String created(User user) {
        // ruleid: java.jwt-without-expiry
        return JWT.create().withSubject(user.getName()).sign(ALGORITHM);
    }

    String expiring(User user) {
        // ok: java.jwt-without-expiry
        return Jwts.builder().subject(user.getName()).expiration(inAnHour()).signWith(KEY).compact();
    }

    String createdExpiring(User user) {
        // ok: java.jwt-without-expiry
        return JWT.create().withSubject(user.getName()).withExpiresAt(inAnHour()).sign(ALGORITHM);
    }

    String claims(Map<String, Object> claims) {
        // ok: java.jwt-without-expiry
        return Jwts.builder().setClaims(claims).signWith(KEY).compact();
    }
}
