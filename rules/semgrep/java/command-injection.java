@RestController
class ToolController {
    @GetMapping("/ping")
    void ping(@RequestParam String host) throws IOException {
        // ruleid: java.command-injection
        Runtime.getRuntime().exec("ping -c 1 " + host);
        // ok: java.command-injection
        Runtime.getRuntime().exec(new String[] {"ping", "-c", "1", "--", host});
        // ruleid: java.command-injection
        new ProcessBuilder("sh", "-c", "ping -c 1 " + host).start();
        // ok: java.command-injection
        new ProcessBuilder("ping", "-c", "1", "--", host).start();
    }

    @GetMapping("/count")
    void count(@RequestParam int count, @RequestParam String times) throws IOException {
        // ok: java.command-injection
        Runtime.getRuntime().exec("seq " + count);
        // ok: java.command-injection
        Runtime.getRuntime().exec("seq " + Integer.parseInt(times));
    }
}
