@RestController
class ProxyController {
    private final RestTemplate restTemplate;
    private final WebClient webClient;

    @GetMapping("/preview")
    String preview(@RequestParam String url) {
        // ruleid: java.server-side-request-forgery
        return restTemplate.getForObject(url, String.class);
    }

    @GetMapping("/stream")
    InputStream stream(@RequestParam String host) throws IOException {
        // ruleid: java.server-side-request-forgery
        return new URL("http://" + host + "/status").openStream();
    }

    @GetMapping("/fixed")
    String fixed(@RequestParam String id) {
        // ok: java.server-side-request-forgery
        return restTemplate.getForObject("https://api.example.com/users/" + id, String.class);
    }

    @GetMapping("/configured")
    String configured(@RequestParam String id) {
        // ok: java.server-side-request-forgery
        return restTemplate.getForObject(billingUrl + "/invoices/" + id, String.class);
    }

    @GetMapping("/template")
    String template(@RequestParam String id) {
        // ok: java.server-side-request-forgery
        return restTemplate.getForObject("https://api.example.com/users/{id}", String.class, id);
    }

    @GetMapping("/checked")
    String checked(@RequestParam String url) {
        if (!isAllowedHost(url)) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
        // ok: java.server-side-request-forgery
        return restTemplate.getForObject(url, String.class);
    }

    @PostMapping("/hook")
    void hook(@RequestBody Hook hook) {
        // ruleid: java.server-side-request-forgery
        webClient.post().uri(hook.getTarget()).retrieve().toBodilessEntity().block();
    }
}
