"""Django Ninja and Django Ninja Extra: APIs, routers and controllers below a Django URL configuration."""
