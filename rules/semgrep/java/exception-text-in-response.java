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

    @ExceptionHandler(Throwable.class)
    ResponseEntity<ApiError> built(Throwable e) {
        // ruleid: java.exception-text-in-response
        return answer(ApiError.error(e.getMessage()));
    }

    @ExceptionHandler(Throwable.class)
    ResponseEntity<ApiError> logged(Throwable e) {
        log.error(e.getMessage(), e);
        // ok: java.exception-text-in-response
        return answer(ApiError.error("internal error"));
    }

    @ExceptionHandler(value = Exception.class)
    @ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
    ErrorMessage annotated(Exception e, WebRequest request) {
        ErrorMessage message = new ErrorMessage(500, e.getMessage(), request.getDescription(false));
        // ruleid: java.exception-text-in-response
        return message;
    }

    @ExceptionHandler(Exception.class)
    @ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
    ErrorMessage quiet(Exception e) {
        log.error(e.getMessage(), e);
        // ok: java.exception-text-in-response
        return new ErrorMessage(500, "internal error");
    }

    @ExceptionHandler(IllegalArgumentException.class)
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    ErrorMessage refused(IllegalArgumentException e) {
        // ok: java.exception-text-in-response
        return new ErrorMessage(400, e.getMessage());
    }
}
