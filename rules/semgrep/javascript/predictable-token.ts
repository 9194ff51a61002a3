import crypto from "node:crypto";
import express from "express";

const app = express();

app.post("/reset", async (req, res) => {
  // ruleid: javascript.predictable-token
  const resetToken = Math.random().toString(36).slice(2);
  await mail(req.body.email, resetToken);
  res.sendStatus(204);
});

app.post("/otp", async (req, res) => {
  // ruleid: javascript.predictable-token
  await store({ otp: Math.floor(100000 + Math.random() * 900000) });
  res.sendStatus(204);
});

app.post("/strong", async (req, res) => {
  // ok: javascript.predictable-token
  const resetToken = crypto.randomBytes(32).toString("hex");
  res.json({ resetToken });
});

function jitter(attempt) {
  // ok: javascript.predictable-token
  const delay = 2 ** attempt * Math.random();
  return delay;
}

function row() {
  // ok: javascript.predictable-token
  const keyframe = { rowKey: "a", tokenCount: Math.random() };
  return keyframe;
}
