import { PassportStrategy } from "@nestjs/passport";
import express from "express";
import Fastify from "fastify";
import jwt from "jsonwebtoken";

const app = express();
const fastify = Fastify();

app.get("/me", (req, res) => {
  // ruleid: javascript.jwt-check-switched-off
  res.json(jwt.verify(req.cookies.token, KEY, { ignoreExpiration: true }));
});

app.get("/checked", (req, res) => {
  // ok: javascript.jwt-check-switched-off
  res.json(jwt.verify(req.cookies.token, KEY, { algorithms: ["HS256"] }));
});

fastify.get("/me", async (request) => {
  // ruleid: javascript.jwt-check-switched-off
  return jwt.verify(request.cookies.token, KEY, { algorithms: ["HS256", "none"] });
});

function refreshToken(token) {
  // ok: javascript.jwt-check-switched-off
  return jwt.verify(token, KEY, { algorithms: ["HS256"], ignoreExpiration: true });
}

export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    // ruleid: javascript.jwt-check-switched-off
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), ignoreExpiration: true, secretOrKey: KEY });
  }
}

export class CheckingStrategy extends PassportStrategy(Strategy) {
  constructor() {
    // ok: javascript.jwt-check-switched-off
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), ignoreExpiration: false, secretOrKey: KEY });
  }
}
