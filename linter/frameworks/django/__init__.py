"""Django and Django REST framework: URLs, guards, settings, models, migrations and queries."""
