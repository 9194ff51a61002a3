import { Controller, Get, Headers } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";
import jwt from "jsonwebtoken";

const app = express();
const fastify = Fastify();

app.get("/me", (req, res) => {
  const token = req.headers.authorization.split(" ")[1];
  // ruleid: javascript.jwt-not-verified
  const claims = jwt.decode(token);
  res.json(claims);
});

app.get("/verified", (req, res) => {
  const token = req.headers.authorization.split(" ")[1];
  // ok: javascript.jwt-not-verified
  res.json(jwt.verify(token, KEY, { algorithms: ["RS256"] }));
});

app.get("/both", (req, res) => {
  // ok: javascript.jwt-not-verified
  const claims = jwt.decode(req.cookies.token);
  jwt.verify(req.cookies.token, keyOf(claims.iss), { algorithms: ["RS256"] });
  res.json(claims);
});

app.get("/header", async (req, res) => {
  // ok: javascript.jwt-not-verified
  const { header } = jwt.decode(req.cookies.token, { complete: true });
  res.json(await check(req.cookies.token, header.kid));
});

fastify.get("/me", async (request) => {
  // ruleid: javascript.jwt-not-verified
  return decodeJwt(request.cookies.session);
});

@Controller("me")
export class MeController {
  @Get()
  me(@Headers("authorization") header: string) {
    // ruleid: javascript.jwt-not-verified
    return this.jwtService.decode(header.replace("Bearer ", ""));
  }
}
