@RestController
class HookController {
    @PostMapping("/hook")
    void hook(@RequestHeader HttpHeaders headers, @RequestBody String body) {
        // ruleid: java.request-dump-in-log
        log.info("headers {}", headers);
        // ruleid: java.request-dump-in-log
        log.info("body " + body);
        // ok: java.request-dump-in-log
        log.info("agent {}", headers.getFirst("User-Agent"));
        // ok: java.request-dump-in-log
        log.info("length {}", body.length());
    }

    @PostMapping("/typed")
    void typed(@RequestHeader("User-Agent") String agent, @RequestBody Order order) {
        // ok: java.request-dump-in-log
        log.info("agent {} order {}", agent, order.getNumber());
    }

    void servlet(HttpServletRequest request) {
        // ruleid: java.request-dump-in-log
        log.debug("parameters {}", request.getParameterMap());
        // ok: java.request-dump-in-log
        log.debug("method {}", request.getMethod());
    }
}
