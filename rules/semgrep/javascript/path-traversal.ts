import { Controller, Get, Param, Res } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";
import fs from "node:fs";
import path from "node:path";

const app = express();
const fastify = Fastify();

app.get("/files/:name", (req, res) => {
  const file = path.join(FOLDER, req.query.name);
  // ruleid: javascript.path-traversal
  res.sendFile(file);
});

app.get("/root/:name", (req, res) => {
  // ok: javascript.path-traversal
  res.sendFile(req.params.name, { root: FOLDER });
});

app.get("/base/:name", (req, res) => {
  // ok: javascript.path-traversal
  fs.readFile(path.join(FOLDER, path.basename(req.query.name)), (error, data) => res.send(data));
});

app.get("/checked", (req, res) => {
  const file = path.resolve(FOLDER, req.query.name);
  if (!file.startsWith(FOLDER + path.sep)) return res.status(404).end();
  // ok: javascript.path-traversal
  return res.sendFile(file);
});

app.get("/page/:id", (req, res) => {
  // ok: javascript.path-traversal
  fs.readFile(`${FOLDER}/${Number(req.query.id)}.html`, (error, data) => res.send(data));
});

fastify.get("/logs", async (request) => {
  // ruleid: javascript.path-traversal
  return fs.promises.readFile(`logs/${request.query.day}`, "utf8");
});

@Controller("exports")
export class ExportsController {
  @Get()
  export(@Query("name") name: string) {
    // ruleid: javascript.path-traversal
    return fs.createReadStream(path.resolve("exports", name));
  }
}
