@RestController
class HookController {
    @PostMapping("/hook")
    void hook(@RequestHeader("X-Signature") String signature, @RequestBody byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(KEY);
        String expected = HexFormat.of().formatHex(mac.doFinal(body));
        // ruleid: java.timing-unsafe-comparison
        if (!signature.equals(expected)) {
            throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);
        }
    }

    @PostMapping("/bytes")
    boolean bytes(@RequestHeader("X-Signature") String signature, @RequestBody byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(KEY);
        // ruleid: java.timing-unsafe-comparison
        return Arrays.equals(mac.doFinal(body), decode(signature));
    }

    @PostMapping("/safe")
    boolean safe(@RequestHeader("X-Signature") String signature, @RequestBody byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(KEY);
        // ok: java.timing-unsafe-comparison
        return MessageDigest.isEqual(mac.doFinal(body), decode(signature));
    }

    boolean changed(byte[] data, byte[] before) throws Exception {
        // ok: java.timing-unsafe-comparison
        return !Arrays.equals(MessageDigest.getInstance("SHA-256").digest(data), before);
    }
}
