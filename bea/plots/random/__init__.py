"""Figures of random runs: ensembles, equilibria, escape, annealing, averages, growing batches."""
