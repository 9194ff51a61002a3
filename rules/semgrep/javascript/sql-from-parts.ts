import express, { Request, Response } from "express";
import { Body, Controller, Get, Param, ParseIntPipe, Query } from "@nestjs/common";
import Fastify from "fastify";

const app = express();
const fastify = Fastify();

app.get("/users", async (req, res) => {
  // ruleid: javascript.sql-from-parts
  const rows = await pool.query(`SELECT id FROM users WHERE name = '${req.query.name}'`);
  res.json(rows);
});

app.get("/bound", async (req, res) => {
  // ok: javascript.sql-from-parts
  res.json(await pool.query("SELECT id FROM users WHERE name = $1", [req.query.name]));
});

app.get("/number", async (req, res) => {
  const limit = Number(req.query.limit);
  // ok: javascript.sql-from-parts
  res.json(await pool.query(`SELECT id FROM users LIMIT ${limit}`));
});

export const search = async (req: Request, res: Response) => {
  const { term } = req.body;
  const statement = "select * from posts where title like '" + term + "'";
  // ruleid: javascript.sql-from-parts
  res.json(await sequelize.query(statement, { type: "SELECT" }));
};

export const named = async (req: Request, res: Response) => {
  // ok: javascript.sql-from-parts
  res.json(await sequelize.query("select * from posts where id = :id", { replacements: { id: req.body.id } }));
};

export const columns = async (req: Request, res: Response) => {
  const column = COLUMNS[req.query.sort];
  // ok: javascript.sql-from-parts
  res.json(await db.query(`select * from posts order by ${column}`));
};

export const allowed = async (req: Request, res: Response) => {
  const sort = req.query.sort;
  if (!["id", "name"].includes(sort)) return res.status(400).end();
  // ok: javascript.sql-from-parts
  return res.json(await db.query(`select * from posts order by ${sort}`));
};

fastify.get("/orders/:id", async (request) => {
  // ruleid: javascript.sql-from-parts
  return prisma.$queryRawUnsafe(`SELECT * FROM orders WHERE id = ${request.params.id}`);
});

fastify.get("/tagged/:id", async (request) => {
  // ok: javascript.sql-from-parts
  return prisma.$queryRaw`SELECT * FROM orders WHERE id = ${request.params.id}`;
});

fastify.get("/looked-up/:name", async (request) => {
  const table = await tables.find(request.params.name);
  // ok: javascript.sql-from-parts
  return pool.query(`SELECT id FROM ${table.name} WHERE deleted IS NULL`);
});

fastify.get("/not-sql", async (request) => {
  // ok: javascript.sql-from-parts
  return searchService.query(`name:${request.query.name}`);
});

@Controller("users")
export class UsersController {
  @Get()
  find(@Query("name") name: string) {
    // ruleid: javascript.sql-from-parts
    return this.dataSource.query(`SELECT * FROM users WHERE name = '${name}'`);
  }

  @Get(":id")
  one(@Param("id", ParseIntPipe) id: number) {
    // ok: javascript.sql-from-parts
    return this.dataSource.query(`SELECT * FROM users WHERE id = ${id}`);
  }
}
