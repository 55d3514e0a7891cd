"""Formulas as a page has them: of what has a name, and of trees in a table."""
