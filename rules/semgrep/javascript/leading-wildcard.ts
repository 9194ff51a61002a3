import express from "express";

const app = express();

app.get("/users", async (req, res) => {
  const name = String(req.query.name);
  // ruleid: javascript.leading-wildcard
  await pool.query("SELECT id FROM users WHERE name LIKE '%smith'");
  // ruleid: javascript.leading-wildcard
  await User.findAll({ where: { name: { [Op.like]: `%${name}%` } } });
  // ruleid: javascript.leading-wildcard
  await knex("users").where("name", "like", `%${name}`);
  // ruleid: javascript.leading-wildcard
  await users.find({ where: { name: ILike(`%${name}%`) } });
  // ruleid: javascript.leading-wildcard
  builder.andWhere("article.tags LIKE :tag", { tag: `%${name}%` });
  // ruleid: javascript.leading-wildcard
  await pool.query("SELECT id FROM users WHERE name ILIKE $1", [`%${name}%`]);
  // ok: javascript.leading-wildcard
  builder.andWhere("article.tags LIKE :tag", { tag: `${name}%` });
  // ok: javascript.leading-wildcard
  await pool.query("SELECT id FROM users WHERE team = $1 AND name LIKE $2", [team, `%${name}%`]);
  // ok: javascript.leading-wildcard
  await pool.query("SELECT id FROM users WHERE discount = $1", ["%5"]);
  // ok: javascript.leading-wildcard
  await pool.query("SELECT id FROM users WHERE name LIKE 'smith%'");
  // ok: javascript.leading-wildcard
  await User.findAll({ where: { name: { [Op.like]: `${name}%` } } });
  // ok: javascript.leading-wildcard
  await users.find({ where: { name: Like("smith%") } });
  // ok: javascript.leading-wildcard
  await pool.query("SELECT id FROM users WHERE discount = '5%'");
  res.end();
});
