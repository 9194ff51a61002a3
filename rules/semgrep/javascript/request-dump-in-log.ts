import { Controller, Headers, Post } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.post("/users", (req, res) => {
  // ruleid: javascript.request-dump-in-log
  console.log("body", req.body);
  // ruleid: javascript.request-dump-in-log
  logger.info(`headers ${JSON.stringify(req.headers)}`);
  // ok: javascript.request-dump-in-log
  console.log("user", req.body.name);
  // ok: javascript.request-dump-in-log
  console.log("agent", req.headers["user-agent"]);
  // ok: javascript.request-dump-in-log
  logger.info(redact(req.body));
  const { name } = req.body;
  // ok: javascript.request-dump-in-log
  console.log("user", name);
  const body = req.body;
  // ok: javascript.request-dump-in-log
  console.log("user", body.name);
  // ok: javascript.request-dump-in-log
  console.log("fields", Object.keys(req.body));
  res.sendStatus(201);
});

fastify.post("/users", async (request, reply) => {
  // ruleid: javascript.request-dump-in-log
  request.log.info({ body: request.body });
  return reply.send({});
});

@Controller("users")
export class UsersController {
  @Post()
  create(@Headers() headers: Record<string, string>) {
    // ruleid: javascript.request-dump-in-log
    this.logger.debug(headers);
    // ok: javascript.request-dump-in-log
    this.logger.debug(headers["x-request-id"]);
  }
}
