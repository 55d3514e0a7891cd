"""Finite sums: losses that are means over samples, given as formulas or made from data."""
