@RestController
class ResetController {
    private final SecureRandom strong = new SecureRandom();

    @PostMapping("/reset")
    void reset(@RequestParam String email) {
        Random random = new Random();
        // ruleid: java.predictable-token
        String resetCode = String.format("%06d", random.nextInt(1000000));
        mail.send(email, resetCode);
    }

    @PostMapping("/session")
    void session(User user) {
        // ruleid: java.predictable-token
        user.setSessionToken(Long.toHexString(ThreadLocalRandom.current().nextLong()));
    }

    @PostMapping("/strong")
    void strongReset(@RequestParam String email) {
        // ok: java.predictable-token
        String resetCode = String.format("%06d", strong.nextInt(1000000));
        mail.send(email, resetCode);
    }

    long jitter() {
        // ok: java.predictable-token
        long delay = (long) (Math.random() * 1000);
        return delay;
    }

    void declared(User user) {
        Random random = new SecureRandom();
        // ok: java.predictable-token
        user.setSessionToken(Long.toHexString(random.nextLong()));
    }
}
