"""Flask, Quart and what is built on them: Flask-RESTful, Flask-RESTX, Flask-Smorest, APIFlask."""
