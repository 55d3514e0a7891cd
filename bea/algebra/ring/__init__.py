"""The exact ring: polynomials over the rationals in variables, parameters and atoms.

An `element` of a differential `ring` whose `atoms` (sin, exp, 1/q, and `roots`) are closed under
differentiation; `conversions` lead to and from expressions, `exact` reads a number, `zero_test`
and `lowest_terms` compare and simplify. A `differential_operator` has coefficients in the ring.
"""
