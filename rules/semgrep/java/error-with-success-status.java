@RestController
class UserController {
    @GetMapping("/users")
    ResponseEntity<?> users() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (Exception e) {
            // ruleid: java.error-with-success-status
            return ResponseEntity.ok(Map.of("error", e.getMessage()));
        }
    }

    @GetMapping("/built")
    ResponseEntity<?> built() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (Exception e) {
            // ruleid: java.error-with-success-status
            return ResponseEntity.status(HttpStatus.OK).body("failed: " + e.getMessage());
        }
    }

    @GetMapping("/status")
    ResponseEntity<?> status() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (NoSuchElementException e) {
            // ok: java.error-with-success-status
            return ResponseEntity.status(HttpStatus.NOT_FOUND).body(e.getMessage());
        }
    }

    @GetMapping("/empty")
    ResponseEntity<?> empty() {
        try {
            return ResponseEntity.ok(service.all());
        } catch (NoSuchElementException e) {
            // ok: java.error-with-success-status
            return ResponseEntity.ok(List.of());
        }
    }
}
