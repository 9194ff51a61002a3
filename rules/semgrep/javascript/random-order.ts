import express from "express";

const app = express();

app.get("/offers", async (req, res) => {
  // ruleid: javascript.random-order
  await pool.query("SELECT id FROM offers ORDER BY RANDOM() LIMIT 3");
  // ruleid: javascript.random-order
  await knex("offers").orderByRaw("RAND()").limit(3);
  // ruleid: javascript.random-order
  await Offer.findAll({ order: sequelize.random(), limit: 3 });
  // ok: javascript.random-order
  await pool.query("SELECT id FROM offers ORDER BY created_at LIMIT 3");
  // ok: javascript.random-order
  await pool.query("SELECT id, RANDOM() FROM offers WHERE id = $1", [pick()]);
  // ok: javascript.random-order
  await knex("offers").orderBy("random_key").limit(3);
  res.end();
});
