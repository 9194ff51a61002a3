import { Controller, Get, Query } from "@nestjs/common";
import { exec, execFile, execSync, spawn } from "child_process";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/ping", (req, res) => {
  // ruleid: javascript.command-injection
  exec(`ping -c 1 ${req.query.host}`, (error, out) => res.send(out));
});

app.get("/argument", (req, res) => {
  // ok: javascript.command-injection
  execFile("ping", ["-c", "1", req.query.host], (error, out) => res.send(out));
});

app.get("/count", (req, res) => {
  const count = parseInt(req.query.count, 10);
  // ok: javascript.command-injection
  exec(`ping -c ${count} localhost`, (error, out) => res.send(out));
});

app.get("/match", (req, res) => {
  // ok: javascript.command-injection
  res.json(/^a+$/.exec(req.query.text));
});

fastify.post("/convert", async (request, reply) => {
  // ruleid: javascript.command-injection
  spawn("convert " + request.body.name, { shell: true });
  // ok: javascript.command-injection
  spawn("convert", [request.body.name]);
  return reply.send({});
});

@Controller("tools")
export class ToolsController {
  @Get("lookup")
  lookup(@Query("domain") domain: string) {
    // ruleid: javascript.command-injection
    return execSync("nslookup " + domain).toString();
  }
}
