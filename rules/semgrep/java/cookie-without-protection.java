@RestController
class LoginController {
    @PostMapping("/login")
    void login(HttpServletResponse response) {
        // ruleid: java.cookie-without-protection
        Cookie cookie = new Cookie("session", issue());
        cookie.setPath("/");
        response.addCookie(cookie);
    }

    @PostMapping("/safe")
    void safe(HttpServletResponse response) {
        // ok: java.cookie-without-protection
        Cookie cookie = new Cookie("session", issue());
        cookie.setHttpOnly(true);
        response.addCookie(cookie);
    }

    @PostMapping("/theme")
    void theme(HttpServletResponse response) {
        // ok: java.cookie-without-protection
        Cookie cookie = new Cookie("theme", "dark");
        response.addCookie(cookie);
    }

    @PostMapping("/logout")
    void logout(HttpServletResponse response) {
        // ok: java.cookie-without-protection
        Cookie cookie = new Cookie("session", null);
        response.addCookie(cookie);
    }

    @PostMapping("/built")
    String built() {
        // ruleid: java.cookie-without-protection
        return ResponseCookie.from("access_token", issue()).path("/").httpOnly(false).build().toString();
    }
}
