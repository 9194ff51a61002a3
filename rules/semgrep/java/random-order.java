interface OfferRepository extends JpaRepository<Offer, Long> {
    // ruleid: java.random-order
    @Query(value = "SELECT * FROM offers ORDER BY RAND() LIMIT 3", nativeQuery = true)
    List<Offer> some();

    // ok: java.random-order
    @Query("select o from Offer o order by o.created desc")
    List<Offer> newest();

    // ok: java.random-order
    @Query("select o from Offer o order by random_key")
    List<Offer> keyed();
}

class OfferDao {
    List<Offer> some() {
        // ruleid: java.random-order
        return jdbcTemplate.query("SELECT * FROM offers ORDER BY RANDOM() LIMIT 3", mapper);
    }
}
