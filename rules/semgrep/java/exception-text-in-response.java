@RestController
class UserController {
    @GetMapping("/users")
    ResponseEntity<?> users() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (Exception e) {
            // ruleid: java.exception-text-in-response
            return ResponseEntity.status(HttpStatus.INTERNAL_SERVER_ERROR).body(Map.of("error", e.getMessage()));
        }
    }

    @GetMapping("/fixed")
    ResponseEntity<?> fixed() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (Exception e) {
            log.error("cannot read users", e);
            // ok: java.exception-text-in-response
            return ResponseEntity.internalServerError().body("internal error");
        }
    }

    @GetMapping("/refused")
    ResponseEntity<?> refused() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (ValidationException e) {
            // ok: java.exception-text-in-response
            return ResponseEntity.status(HttpStatus.BAD_REQUEST).body(e.getMessage());
        }
    }

    @ExceptionHandler(Exception.class)
    ResponseEntity<String> handle(Exception e) {
        // ruleid: java.exception-text-in-response
        return new ResponseEntity<>(e.getMessage(), HttpStatus.INTERNAL_SERVER_ERROR);
    }
}
