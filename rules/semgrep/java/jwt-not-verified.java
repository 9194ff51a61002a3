@RestController
class MeController {
    @GetMapping("/me")
    String me(@RequestHeader("Authorization") String header) {
        // ruleid: java.jwt-not-verified
        return JWT.decode(header.substring(7)).getSubject();
    }

    @GetMapping("/verified")
    String verified(@RequestHeader("Authorization") String header) {
        // ok: java.jwt-not-verified
        return JWT.require(ALGORITHM).build().verify(header.substring(7)).getSubject();
    }

    @GetMapping("/both")
    String both(@RequestHeader("Authorization") String header) {
        // ok: java.jwt-not-verified
        DecodedJWT token = JWT.decode(header.substring(7));
        algorithmOf(token.getKeyId()).verify(token);
        return token.getSubject();
    }

    @GetMapping("/unsecured")
    Claims unsecured(HttpServletRequest request) {
        // ruleid: java.jwt-not-verified
        return Jwts.parser().unsecured().build().parseUnsecuredClaims(request.getHeader("X-Token")).getPayload();
    }

    String own(String token) {
        // ok: java.jwt-not-verified
        return JWT.decode(token).getSubject();
    }
}
