import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/users", async (req, res) => {
  // ruleid: javascript.nosql-injection
  res.json(await User.find(req.query));
});

app.post("/login", async (req, res) => {
  const filter = req.body;
  // ruleid: javascript.nosql-injection
  res.json(await db.collection("users").findOne(filter));
});

app.get("/named", async (req, res) => {
  // ok: javascript.nosql-injection
  res.json(await User.find({ name: String(req.query.name) }));
});

app.get("/checked", async (req, res) => {
  const filter = filterSchema.parse(req.query);
  // ok: javascript.nosql-injection
  res.json(await User.find(filter));
});

app.get("/service", async (req, res) => {
  // ok: javascript.nosql-injection
  res.json(await usersService.find(req.query));
});

fastify.delete("/users", async (request, reply) => {
  // ruleid: javascript.nosql-injection
  await User.deleteMany(request.body);
  return reply.send({});
});
