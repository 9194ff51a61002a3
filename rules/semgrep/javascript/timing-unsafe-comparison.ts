import crypto, { createHmac } from "node:crypto";
import { Controller, Headers, Post } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.post("/hook", (req, res) => {
  const expected = crypto.createHmac("sha256", KEY).update(req.rawBody).digest("hex");
  // ruleid: javascript.timing-unsafe-comparison
  if (req.headers["x-signature"] !== expected) return res.sendStatus(401);
  return res.sendStatus(204);
});

app.post("/safe", (req, res) => {
  const expected = crypto.createHmac("sha256", KEY).update(req.rawBody).digest();
  const given = Buffer.from(req.get("x-signature"), "hex");
  // ok: javascript.timing-unsafe-comparison
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) return res.sendStatus(401);
  return res.sendStatus(204);
});

app.get("/changed", (req, res) => {
  // ok: javascript.timing-unsafe-comparison
  res.json({ changed: crypto.createHash("sha256").update(read()).digest("hex") !== req.query.hash });
});

fastify.post("/hook", async (request, reply) => {
  const expected = "sha256=" + createHmac("sha256", KEY).update(request.rawBody).digest("hex");
  // ruleid: javascript.timing-unsafe-comparison
  const valid = request.headers["x-hub-signature-256"] === expected;
  return reply.code(valid ? 204 : 401).send();
});

@Controller("hook")
export class HookController {
  @Post()
  receive(@Headers("x-signature") signature: string, @Body() body: string) {
    const expected = createHmac("sha256", KEY).update(body).digest("base64");
    // ruleid: javascript.timing-unsafe-comparison
    if (signature === expected) this.queue.add(body);
  }
}
