"""The language of formulas: texts and SymPy read safely into expressions, and written again.

Text (`texts`, `grammar`, `calls`) or SymPy (`sympy_bridge`) is made tidy by `building`, measured by
`sizes` against the `limits`, and becomes `expressions` of `functions` that bea knows. Nothing that
a user typed is evaluated.
"""
