"""Characters that turn the direction of text around."""

level = "user‮"
