import express from "express";

const app = express();
const router = express.Router();

app.post("/users", async (req, res) => {
  // ruleid: javascript.mass-assignment
  res.json(await User.create(req.body));
});

app.put("/users/:id", async (req, res) => {
  // ruleid: javascript.mass-assignment
  res.json(await User.findByIdAndUpdate(req.params.id, req.body, { new: true }));
});

app.post("/posts", async (req, res) => {
  // ruleid: javascript.mass-assignment
  res.json(await prisma.post.create({ data: req.body }));
});

app.post("/spread", async (req, res) => {
  // ruleid: javascript.mass-assignment
  const post = new Post({ ...req.body, author: req.user.id });
  res.json(await post.save());
});

app.post("/named", async (req, res) => {
  const { name, email } = req.body;
  // ok: javascript.mass-assignment
  res.json(await User.create({ name, email }));
});

app.post("/field", async (req, res) => {
  // ok: javascript.mass-assignment
  res.json(await User.create({ name: req.body.name }));
});

app.post("/parsed", async (req, res) => {
  // ok: javascript.mass-assignment
  res.json(await User.create(userSchema.parse(req.body)));
});

router.post("/validated", validate(userSchema), async (req, res) => {
  // ok: javascript.mass-assignment
  res.json(await User.create(req.body));
});

app.post("/nested", async (req, res) => {
  // ok: javascript.mass-assignment
  res.json(await Event.create({ kind: "seen", payload: req.body }));
});

app.post("/stored-event", async (req, res) => {
  // ok: javascript.mass-assignment
  throw new ValidationError(req.body);
});
