@RestController
class UserController {
    private final JdbcTemplate jdbcTemplate;
    private final EntityManager entityManager;

    @GetMapping("/users")
    List<User> users(@RequestParam String name) {
        // ruleid: java.sql-from-parts
        return jdbcTemplate.query("SELECT * FROM users WHERE name = '" + name + "'", mapper);
    }

    @GetMapping("/bound")
    List<User> bound(@RequestParam String name) {
        // ok: java.sql-from-parts
        return jdbcTemplate.query("SELECT * FROM users WHERE name LIKE ?", mapper, name + "%");
    }

    @GetMapping("/users/{id}")
    User one(@PathVariable Long id) {
        // ok: java.sql-from-parts
        return jdbcTemplate.queryForObject("SELECT * FROM users WHERE id = " + id, mapper);
    }

    @PostMapping("/search")
    List<User> search(@Valid @RequestBody Search search) {
        String jpql = String.format("from User u where u.name like '%s'", search.getName());
        // ruleid: java.sql-from-parts
        return entityManager.createQuery(jpql, User.class).getResultList();
    }

    @PostMapping("/page")
    List<User> page(@RequestBody Search search) {
        // ok: java.sql-from-parts
        return entityManager.createQuery("from User u where u.team = " + search.getTeamId()).getResultList();
    }

    @GetMapping("/sorted")
    List<User> sorted(@RequestParam String sort) {
        if (!COLUMNS.contains(sort)) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
        // ok: java.sql-from-parts
        return jdbcTemplate.query("SELECT * FROM users ORDER BY " + sort, mapper);
    }

    @GetMapping("/looked-up/{name}")
    List<User> lookedUp(@PathVariable String name) {
        Table table = tables.byName(name);
        // ok: java.sql-from-parts
        return jdbcTemplate.query("SELECT * FROM " + table.getName(), mapper);
    }

    @GetMapping("/index")
    List<Document> index(@RequestParam String term) {
        // ok: java.sql-from-parts
        return searchEngine.query("title:" + term);
    }

    void servlet(HttpServletRequest request, Statement statement) throws SQLException {
        // ruleid: java.sql-from-parts
        statement.executeQuery("SELECT * FROM users WHERE id = " + request.getParameter("id"));
    }
}
