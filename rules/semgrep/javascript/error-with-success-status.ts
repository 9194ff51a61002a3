import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/users", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    // ruleid: javascript.error-with-success-status
    res.json({ error: "cannot read the users" });
  }
});

app.get("/flag", async (req, res) => {
  try {
    res.json({ success: true, users: await User.find() });
  } catch (error) {
    // ruleid: javascript.error-with-success-status
    res.status(200).json({ success: false });
  }
});

app.get("/status", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    // ok: javascript.error-with-success-status
    res.status(500).json({ error: "cannot read the users" });
  }
});

app.get("/two-steps", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    res.status(503);
    // ok: javascript.error-with-success-status
    res.json({ error: "cannot read the users" });
  }
});

app.get("/no-error", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    // ok: javascript.error-with-success-status
    res.json([]);
  }
});

fastify.get("/users", async (request, reply) => {
  try {
    return await users();
  } catch (error) {
    // ruleid: javascript.error-with-success-status
    return reply.send({ error: "cannot read the users" });
  }
});
