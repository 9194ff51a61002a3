import { Body, Controller, Post } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.post("/login", async (req, res) => {
  // ruleid: javascript.secret-in-log
  console.log("login", req.body.email, req.body.password);
  const { password } = req.body;
  // ruleid: javascript.secret-in-log
  logger.debug(`trying ${password}`);
  // ok: javascript.secret-in-log
  logger.debug("trying", { given: !!password, length: password.length });
  // ok: javascript.secret-in-log
  logger.info("login of", req.body.email);
  const user = await authenticate(req.body.email, password);
  // ok: javascript.secret-in-log
  logger.info("logged in", user);
  res.json(user);
});

// ruleid: javascript.secret-in-log
console.log("using key", process.env.STRIPE_SECRET_KEY);

// ok: javascript.secret-in-log
console.log("listening on", process.env.PORT);

// ok: javascript.secret-in-log
console.log(process.env.STRIPE_SECRET_KEY ? "payments on" : "payments off");

fastify.get("/me", async (request) => {
  // ruleid: javascript.secret-in-log
  request.log.info({ header: request.headers.authorization });
  // ok: javascript.secret-in-log
  request.log.info({ agent: request.headers["user-agent"] });
  return {};
});

@Controller("login")
export class LoginController {
  @Post()
  login(@Body() credentials: CredentialsDto) {
    // ruleid: javascript.secret-in-log
    this.logger.log(`login with ${credentials.password}`);
    // ok: javascript.secret-in-log
    this.logger.log(`login of ${credentials.username}`);
  }
}
