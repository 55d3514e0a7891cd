"""Memory: momentum, averages, previous points, and the slow manifold on which they settle.

`character` says whether a method has one and how fast it forgets, `transients` how a run from zero
memory dies out, `starts` where the flow starts to meet it, `useful_range` up to which step size the
equation means something.
"""
