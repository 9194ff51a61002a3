import { Controller, Post, Res } from "@nestjs/common";
import express from "express";
import session from "express-session";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

// ruleid: javascript.cookie-without-protection
app.use(session({ secret: KEY, cookie: { httpOnly: false } }));

// ok: javascript.cookie-without-protection
app.use(session({ secret: KEY, cookie: { httpOnly: true, secure: true } }));

app.post("/login", (req, res) => {
  // ruleid: javascript.cookie-without-protection
  res.cookie("access_token", issue(req.body), { httpOnly: false, secure: true });
  // ok: javascript.cookie-without-protection
  res.cookie("refresh_token", issue(req.body), { httpOnly: true, secure: true });
  // ok: javascript.cookie-without-protection
  res.cookie("XSRF-TOKEN", token(), { httpOnly: false });
  // ok: javascript.cookie-without-protection
  res.cookie("theme", "dark", { httpOnly: false });
  res.sendStatus(204);
});

fastify.post("/login", async (request, reply) => {
  // ruleid: javascript.cookie-without-protection
  reply.setCookie("session", issue(request.body), { httpOnly: false });
  return {};
});

@Controller("login")
export class LoginController {
  @Post()
  login(@Res() res: Response) {
    // ruleid: javascript.cookie-without-protection
    res.cookie("jwt", this.auth.issue(), { path: "/", httpOnly: false });
  }
}
