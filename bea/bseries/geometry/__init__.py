"""What a field of trees keeps, for every field at once.

`structure` tells it: it stands on `elementary_hamiltonians`, which `brackets` writes in T and V,
and on `aromas`, the divergence.
"""
