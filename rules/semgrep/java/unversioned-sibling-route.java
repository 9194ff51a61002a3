@RestController
class UserController {
    @GetMapping("/api/v1/users")
    List<User> users() { return service.all(); }

    // ruleid: java.unversioned-sibling-route
    @GetMapping("/api/teams")
    List<Team> teams() { return service.teams(); }

    // ok: java.unversioned-sibling-route
    @GetMapping("/api/health")
    String health() { return "up"; }
}

@RestController
class TeamController {
    // ok: java.unversioned-sibling-route
    @GetMapping("/api/teams")
    List<Team> teams() { return service.teams(); }
}
