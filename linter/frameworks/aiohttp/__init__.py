"""aiohttp's web server."""
