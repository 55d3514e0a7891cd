"""Random steps: the averaged operator S = E[Phi*] and its logarithm, the modified generator.

A `step` is expanded in the moments of its batches (`batch_moments`, `polynomial_step`); the
`generator` is (1/gamma) log S, with the memory slaved (`slow_operator`).
"""
