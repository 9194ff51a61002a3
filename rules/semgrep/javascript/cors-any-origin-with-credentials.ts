import { NestFactory } from "@nestjs/core";
import fastifyCors from "@fastify/cors";
import cors from "cors";
import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

// ruleid: javascript.cors-any-origin-with-credentials
app.use(cors({ origin: true, credentials: true }));

// ruleid: javascript.cors-any-origin-with-credentials
app.use(cors({ credentials: true, origin: (origin, done) => done(null, true) }));

// ok: javascript.cors-any-origin-with-credentials
app.use(cors({ origin: ["https://app.example.com"], credentials: true }));

// ok: javascript.cors-any-origin-with-credentials
app.use(cors({ origin: true }));

// ok: javascript.cors-any-origin-with-credentials
app.use(cors({ origin: (origin, done) => done(null, ORIGINS.has(origin)), credentials: true }));

app.use((req, res, next) => {
  // ruleid: javascript.cors-any-origin-with-credentials
  res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
  res.setHeader("Access-Control-Allow-Credentials", "true");
  next();
});

app.use((req, res, next) => {
  if (ORIGINS.has(req.headers.origin)) {
    // ok: javascript.cors-any-origin-with-credentials
    res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
    res.setHeader("Access-Control-Allow-Credentials", "true");
  }
  next();
});

// ruleid: javascript.cors-any-origin-with-credentials
fastify.register(fastifyCors, { origin: true, credentials: true });

async function bootstrap() {
  const nest = await NestFactory.create(AppModule);
  // ruleid: javascript.cors-any-origin-with-credentials
  nest.enableCors({ origin: true, credentials: true });
  // ok: javascript.cors-any-origin-with-credentials
  nest.enableCors({ origin: "https://app.example.com", credentials: true });
}
