"""Writing: how equations are shown, as text, as LaTeX, and in a notebook."""
