@RestController
class PageController {
    @GetMapping("/hello")
    String hello(@RequestParam String name) {
        // ruleid: java.cross-site-scripting
        return "<h1>Hello " + name + "</h1>";
    }

    @GetMapping("/escaped")
    String escaped(@RequestParam String name) {
        // ok: java.cross-site-scripting
        return "<h1>Hello " + HtmlUtils.htmlEscape(name) + "</h1>";
    }

    @GetMapping("/plain")
    String plain(@RequestParam String name) {
        // ok: java.cross-site-scripting
        return "hello " + name;
    }

    @GetMapping("/page/{id}")
    String page(@PathVariable Long id) {
        // ok: java.cross-site-scripting
        return "<p>Page " + id + "</p>";
    }

    @GetMapping("/writer")
    void writer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String text = String.format("<p>%s</p>", request.getParameter("text"));
        // ruleid: java.cross-site-scripting
        response.getWriter().write(text);
    }
}
