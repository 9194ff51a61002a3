import express from "express";
import jwt from "jsonwebtoken";

const router = express.Router();

router.post("/login", async (req, res) => {
  const user = await authenticate(req.body);
  // ruleid: javascript.jwt-without-expiry
  res.json({ token: jwt.sign({ id: user.id }, KEY) });
});

router.post("/issuer", async (req, res) => {
  const user = await authenticate(req.body);
  // ruleid: javascript.jwt-without-expiry
  res.json({ token: jwt.sign({ id: user.id }, KEY, { issuer: "shop" }) });
});

router.post("/expiring", async (req, res) => {
  const user = await authenticate(req.body);
  // ok: javascript.jwt-without-expiry
  res.json({ token: jwt.sign({ id: user.id }, KEY, { expiresIn: "15m" }) });
});

router.post("/claim", async (req, res) => {
  // ok: javascript.jwt-without-expiry
  res.json({ token: jwt.sign({ id: 1, exp: inAnHour() }, KEY) });
});

router.post("/unknown", async (req, res) => {
  // ok: javascript.jwt-without-expiry
  res.json({ token: jwt.sign(claimsOf(req.user), KEY, OPTIONS), other: jwt.sign({ id: 1 }, KEY, OPTIONS) });
});
