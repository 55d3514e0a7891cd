"""Figures, floor 6 of bea and the only place that draws: drift, trajectories, losses, terms,
optimizers beside each other, ensembles on their way into equilibrium, escape times, annealing and
averages.

Each figure is made in two steps, which its room shows: `x_data` computes everything that is shown,
as arrays in a dataclass, and `draw_x` draws it; `x_figure` does both and returns a matplotlib
`Figure`, which a notebook shows and `save_figure` writes. matplotlib is imported when something is
drawn, and pyplot never: no window opens and nobody's settings change.

Examples
--------
>>> import bea
>>> method, loss = bea.methods.gradient_descent(), bea.problems.himmelblau()
>>> data = bea.plots.fields.trajectory_data(method, loss, 0.01, steps=5)
>>> data.iterates.points.shape, data.behind.kind
((6, 2), 'loss')
"""

# Figures load when they are first drawn; their names stand in `__init__.pyi`, as those of `bea` do.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
