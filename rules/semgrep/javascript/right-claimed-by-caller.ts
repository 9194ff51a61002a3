import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.delete("/users/:id", async (req, res) => {
  // ruleid: javascript.right-claimed-by-caller
  if (req.query.isAdmin === "true") {
    await User.deleteOne({ _id: req.params.id });
  }
  res.sendStatus(204);
});

app.get("/users", async (req, res) => {
  // ruleid: javascript.right-claimed-by-caller
  if (req.headers["x-user-role"] !== "admin") return res.sendStatus(403);
  return res.json(await User.find());
});

app.get("/session", async (req, res) => {
  // ok: javascript.right-claimed-by-caller
  if (req.user.role !== "admin") return res.sendStatus(403);
  return res.json(await User.find());
});

app.post("/users", async (req, res) => {
  // ok: javascript.right-claimed-by-caller
  if (req.body.isAdmin) {
    return res.status(400).json({ error: "isAdmin is not yours to set" });
  }
  return res.json(await create(req.body.name));
});

app.get("/filter", async (req, res) => {
  // ok: javascript.right-claimed-by-caller
  if (req.query.role === "admin") {
    return res.json(await admins());
  }
  return res.json([]);
});

fastify.post("/close", async (request, reply) => {
  // ruleid: javascript.right-claimed-by-caller
  if (request.body.isAdmin) {
    await close();
  }
  return reply.send({});
});
