import express from "express";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();
const inner = express.Router();

app.get("/", home);
app.use("/api/v1/users", users);
// ok: javascript.unversioned-sibling-route
app.get("/api/v2/orders", orders);
// ruleid: javascript.unversioned-sibling-route
app.get("/api/products", products);
// ok: javascript.unversioned-sibling-route
app.get("/api/health", health);
// ok: javascript.unversioned-sibling-route
app.get("/about", about);

// ok: javascript.unversioned-sibling-route
inner.get("/api/products", products);
inner.get("/api/orders", orders);

// ruleid: javascript.unversioned-sibling-route
fastify.get("/api/tags", tags);
fastify.get("/api/v1/users", users);
