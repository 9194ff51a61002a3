"""Connexion: applications that serve what OpenAPI documents describe."""
