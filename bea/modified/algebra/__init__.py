"""The algebra of B-series in the open: one type for maps and fields, with its operations.

`b_series` is the type, `reading` makes its coefficients of what users have, `writing` writes it.
"""
