import { Controller, Get, Query } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/search", async (req, res) => {
  // ruleid: javascript.regular-expression-from-request
  const pattern = new RegExp(req.query.term, "i");
  res.json(names.filter((name) => pattern.test(name)));
});

app.get("/escaped", async (req, res) => {
  // ok: javascript.regular-expression-from-request
  const pattern = new RegExp(escapeRegExp(req.query.term), "i");
  res.json(names.filter((name) => pattern.test(name)));
});

app.get("/replaced", async (req, res) => {
  const term = req.query.term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // ok: javascript.regular-expression-from-request
  res.json(names.filter((name) => new RegExp(term).test(name)));
});

app.get("/plain", async (req, res) => {
  // ok: javascript.regular-expression-from-request
  res.json(names.filter((name) => name.includes(req.query.term)));
});

fastify.get("/search", async (request) => {
  // ruleid: javascript.regular-expression-from-request
  return collection.find({ name: new RegExp(`^${request.query.prefix}`) }).toArray();
});

@Controller("tags")
export class TagsController {
  @Get()
  find(@Query("like") like: string) {
    // ruleid: javascript.regular-expression-from-request
    return this.tags.find({ name: { $regex: new RegExp(like) } });
  }
}
