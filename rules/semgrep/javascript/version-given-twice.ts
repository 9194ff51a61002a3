import { Controller, VERSION_NEUTRAL } from "@nestjs/common";

// ruleid: javascript.version-given-twice
@Controller({ path: "v1/users", version: "1" })
export class UsersController {}

// ok: javascript.version-given-twice
@Controller({ path: "orders", version: "1" })
export class OrdersController {}

// ok: javascript.version-given-twice
@Controller("v1/products")
export class ProductsController {}

// ok: javascript.version-given-twice
@Controller({ path: "overview1/pages", version: "2" })
export class PagesController {}
