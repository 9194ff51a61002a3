"""Starlette, and what FastAPI takes over from it: applications, routers, mounts and middleware."""
