"""Proofs: what a small checker needs to see that a modified equation is right, and such checkers.

`record` writes down the step as a list of operations on series over trees, with the coefficients of
the field and of the memory; `coq` is that as a file for Coq's kernel, `lean` a text against the
definitions of LeanBSeries. `docs/check_proof.py` checks the record in plain Python, without bea.
"""
