import { Controller, Get, Query, Res } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/hello", (req, res) => {
  // ruleid: javascript.cross-site-scripting
  res.send(`<h1>Hello ${req.query.name}</h1>`);
});

app.get("/escaped", (req, res) => {
  // ok: javascript.cross-site-scripting
  res.send(`<h1>Hello ${escapeHtml(req.query.name)}</h1>`);
});

app.get("/rendered", (req, res) => {
  // ok: javascript.cross-site-scripting
  res.render("hello", { name: req.query.name });
});

app.get("/data", (req, res) => {
  // ok: javascript.cross-site-scripting
  res.send({ html: `<b>`, name: req.query.name });
});

app.get("/looked-up", async (req, res) => {
  const card = await cards.one(req.query.id);
  // ok: javascript.cross-site-scripting
  res.send(`<title>${card.title}</title>`);
});

app.get("/page", (req, res) => {
  // ok: javascript.cross-site-scripting
  res.send(`<p>Page ${Number(req.query.page)}</p>`);
});

fastify.get("/search", async (request, reply) => {
  const page = "<p>Nothing found for " + request.query.term + "</p>";
  // ruleid: javascript.cross-site-scripting
  return reply.type("text/html").send(page);
});

@Controller("cards")
export class CardsController {
  @Get()
  card(@Query("title") title: string, @Res() res: Response) {
    // ruleid: javascript.cross-site-scripting
    res.send("<title>" + title + "</title>");
  }
}
