"""Framework adapters: local facts in, parts of the backend out. One module per framework."""
