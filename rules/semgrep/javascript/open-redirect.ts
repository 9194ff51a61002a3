import { Controller, Get, Query, Res } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/login", (req, res) => {
  // ruleid: javascript.open-redirect
  res.redirect(req.query.next);
});

app.get("/status", (req, res) => {
  const { next } = req.query;
  // ruleid: javascript.open-redirect
  res.redirect(302, next || "/");
});

app.get("/own-path", (req, res) => {
  // ok: javascript.open-redirect
  res.redirect(`/users/${req.params.id}`);
});

app.get("/own-query", (req, res) => {
  // ok: javascript.open-redirect
  res.redirect(`${config.frontend}/login?code=${req.query.code}`);
});

app.get("/checked", (req, res) => {
  const next = req.query.next;
  if (!isSafeRedirect(next)) return res.redirect("/");
  // ok: javascript.open-redirect
  return res.redirect(next);
});

app.get("/table", (req, res) => {
  // ok: javascript.open-redirect
  res.redirect(PAGES[req.query.page]);
});

fastify.get("/out", async (request, reply) => {
  // ruleid: javascript.open-redirect
  return reply.redirect(request.query.to);
});

app.post("/reset", (req, res) => {
  // ok: javascript.open-redirect
  res.redirect(req.get("Referrer") || "/");
});

@Controller("links")
export class LinksController {
  @Get("out")
  out(@Query("to") to: string, @Res() res: Response) {
    // ruleid: javascript.open-redirect
    return res.redirect(to);
  }
}
