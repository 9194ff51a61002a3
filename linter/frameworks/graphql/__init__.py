"""GraphQL by Strawberry, Graphene and Ariadne: each field of a root type is a route."""
