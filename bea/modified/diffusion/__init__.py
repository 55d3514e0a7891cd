"""Diffusions: the stochastic differential equation that is nearest to a random step.

`stochastic_equation` derives it (`derive`) on a sum of samples (`sampled`), with a covariance that
was given (`given_covariance`), or for every loss at once (`universal`).
"""
