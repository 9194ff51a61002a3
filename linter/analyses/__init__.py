"""Questions to the backend that several rules ask: where values come from, what functions do."""
