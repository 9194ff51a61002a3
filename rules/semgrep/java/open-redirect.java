@Controller
class LinkController {
    @GetMapping("/out")
    String out(@RequestParam String to) {
        // ruleid: java.open-redirect
        return "redirect:" + to;
    }

    @GetMapping("/view")
    RedirectView view(@RequestParam(required = false) String next) {
        // ruleid: java.open-redirect
        return new RedirectView(next);
    }

    @GetMapping("/own")
    String own(@RequestParam String name) {
        // ok: java.open-redirect
        return "redirect:/users/" + name;
    }

    @GetMapping("/own-id/{id}")
    String ownId(@PathVariable Long id) {
        // ok: java.open-redirect
        return "redirect:" + id;
    }

    @GetMapping("/checked")
    void checked(@RequestParam String next, HttpServletResponse response) throws IOException {
        if (!isLocalPath(next)) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
        // ok: java.open-redirect
        response.sendRedirect(next);
    }

    @GetMapping("/servlet")
    void servlet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // ruleid: java.open-redirect
        response.sendRedirect(request.getParameter("next"));
        // ok: java.open-redirect
        response.sendRedirect(request.getHeader("Referer"));
    }
}
