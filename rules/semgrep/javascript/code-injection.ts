import { Body, Controller, Post } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";
import vm from "node:vm";

const app = express();
const fastify = Fastify();

app.post("/calculate", (req, res) => {
  // ruleid: javascript.code-injection
  res.json(eval(req.body.formula));
});

app.post("/parse", (req, res) => {
  // ok: javascript.code-injection
  res.json(JSON.parse(req.body.formula));
});

app.post("/fixed", (req, res) => {
  // ok: javascript.code-injection
  res.json(vm.runInNewContext("a + b", { a: req.body.a, b: req.body.b }));
});

fastify.post("/filter", async (request) => {
  // ruleid: javascript.code-injection
  const keep = new Function("row", `return ${request.body.condition}`);
  return rows.filter(keep);
});

@Controller("scripts")
export class ScriptsController {
  @Post()
  run(@Body() script: ScriptDto) {
    // ruleid: javascript.code-injection
    return vm.runInNewContext(script.source, {});
  }
}
