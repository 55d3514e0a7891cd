"""Straight-line programs: the one crossing from symbols to numbers.

A `program` is made by `horner` from elements, runs in any arithmetic by `operations`, and becomes
NumPy code by `instructions` and `numpy_code`; `linearised` is its derivative, and `newton` solves
the equations of implicit steps with it.
"""
