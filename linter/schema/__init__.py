"""Tables as they evolve through models and migrations."""
