@RestController
class LoginController {
    private static final Logger log = LoggerFactory.getLogger(LoginController.class);

    @PostMapping("/login")
    Session login(@RequestBody Credentials credentials) {
        // ruleid: java.secret-in-log
        log.info("login {} {}", credentials.getUsername(), credentials.getPassword());
        // ok: java.secret-in-log
        log.info("login {}", credentials.getUsername());
        // ok: java.secret-in-log
        log.debug("length {}", credentials.getPassword().length());
        return sessions.open(credentials);
    }

    @PostMapping("/token")
    void token(@RequestHeader("Authorization") String authorization, @RequestParam String password) {
        // ruleid: java.secret-in-log
        log.warn("call with " + authorization);
        String hash = encoder.encode(password);
        // ok: java.secret-in-log
        log.debug("stored {}", hash);
    }

    void servlet(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        // ruleid: java.secret-in-log
        log.debug("header {}", header);
        // ok: java.secret-in-log
        log.debug("header given {}", header != null);
        // ok: java.secret-in-log
        log.debug("agent {}", request.getHeader("User-Agent"));
    }
}
