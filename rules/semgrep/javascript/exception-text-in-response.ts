import { Controller, Get, HttpException, HttpStatus, InternalServerErrorException } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/users", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    // ruleid: javascript.exception-text-in-response
    res.status(500).json({ error: error.message });
  }
});

app.get("/fixed", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    logger.error(error);
    // ok: javascript.exception-text-in-response
    res.status(500).json({ error: "internal error", id: req.id });
  }
});

app.get("/refused", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    // ok: javascript.exception-text-in-response
    res.status(400).json({ error: error.message });
  }
});

app.get("/code", async (req, res) => {
  try {
    res.json(await User.find());
  } catch (error) {
    // ok: javascript.exception-text-in-response
    res.status(500).json({ error: "internal error", code: error.code });
  }
});

app.use((err, req, res, next) => {
  // ruleid: javascript.exception-text-in-response
  res.status(err.status).json({ error: "failed", stack: err.stack });
});

app.use((err, req, res, next) => {
  // ok: javascript.exception-text-in-response
  res.status(err.status).json({ error: "failed", stack: DEVELOPMENT ? err.stack : undefined });
});

fastify.get("/users", async (request, reply) => {
  try {
    return await users();
  } catch (err) {
    // ruleid: javascript.exception-text-in-response
    return reply.code(500).send(err);
  }
});

@Controller("users")
export class UsersController {
  @Get()
  async all() {
    try {
      return await this.users.all();
    } catch (e) {
      // ruleid: javascript.exception-text-in-response
      throw new InternalServerErrorException(e.message);
    }
  }

  @Get("fixed")
  async fixed() {
    try {
      return await this.users.all();
    } catch (e) {
      this.logger.error(e);
      // ok: javascript.exception-text-in-response
      throw new InternalServerErrorException("internal error");
    }
  }
}
