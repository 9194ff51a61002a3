import { Body, Controller, Post } from "@nestjs/common";
import axios from "axios";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/preview", async (req, res) => {
  // ruleid: javascript.server-side-request-forgery
  const answer = await fetch(req.query.url);
  res.send(await answer.text());
});

app.get("/fixed-host", async (req, res) => {
  // ok: javascript.server-side-request-forgery
  const answer = await fetch(`https://api.example.com/users/${req.query.id}`);
  res.send(await answer.text());
});

app.get("/configured-host", async (req, res) => {
  // ok: javascript.server-side-request-forgery
  const answer = await axios.get(`${config.billingUrl}/invoices/${req.query.id}`);
  res.send(answer.data);
});

app.get("/sent", async (req, res) => {
  // ok: javascript.server-side-request-forgery
  const answer = await axios.post("https://api.example.com/users", { name: req.query.name });
  res.send(answer.data);
});

app.get("/checked", async (req, res) => {
  const url = req.query.url;
  if (!isAllowedUrl(url)) return res.status(400).end();
  // ok: javascript.server-side-request-forgery
  return res.send(await (await fetch(url)).text());
});

fastify.get("/proxy", async (request) => {
  // ruleid: javascript.server-side-request-forgery
  const answer = await axios.get(`http://${request.query.host}/status`);
  return answer.data;
});

@Controller("hooks")
export class HooksController {
  @Post("test")
  test(@Body() hook: HookDto) {
    // ruleid: javascript.server-side-request-forgery
    return this.httpService.post(hook.target, { ping: true });
  }
}
