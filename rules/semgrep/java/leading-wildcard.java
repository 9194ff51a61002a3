interface UserRepository extends JpaRepository<User, Long> {
    // ruleid: java.leading-wildcard
    @Query("select u from User u where u.name like %:name%")
    List<User> search(@Param("name") String name);

    // ruleid: java.leading-wildcard
    @Query(value = "select * from users where name like concat('%', :name)", nativeQuery = true)
    List<User> searchNative(@Param("name") String name);

    // ok: java.leading-wildcard
    @Query("select u from User u where u.name like :name%")
    List<User> prefix(@Param("name") String name);

    // ok: java.leading-wildcard
    @Query("select u from User u where u.name like concat(:name, '%')")
    List<User> concatenated(@Param("name") String name);
}

class UserDao {
    List<User> search() {
        // ruleid: java.leading-wildcard
        return jdbcTemplate.query("SELECT * FROM users WHERE name LIKE '%smith'", mapper);
    }

    List<User> prefix() {
        // ok: java.leading-wildcard
        return jdbcTemplate.query("SELECT * FROM users WHERE name LIKE 'smith%'", mapper);
    }
}
