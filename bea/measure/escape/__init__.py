"""Escape: how long noise takes to leave a well or a saddle, in theory and in ensembles.

`escape_times` runs ensembles until they are past a mark; `escape_rate` (Kramers), `mean_exit_time`
and `mean_passage_time` are the theory, on the `critical_points` of a loss and the `ways_out` of a
well; `anneal` follows a shrinking temperature.
"""

from bea.measure.escape.annealing import Annealed, Inside, anneal, kramers_rates, line_rates
from bea.measure.escape.critical_points import CriticalPoint, critical_point, critical_points
from bea.measure.escape.exit_times import mean_exit_time
from bea.measure.escape.kramers import escape_rate, step_factor
from bea.measure.escape.noise_shape import escape_path, shape_factor
from bea.measure.escape.passage_times import mean_passage_time, unstable_exit_time
from bea.measure.escape.times import Away, EscapeTimes, Near, Past, escape_times
from bea.measure.escape.ways_out import Settled, WayOut, ways_out

__all__ = [
    "Annealed",
    "Away",
    "CriticalPoint",
    "EscapeTimes",
    "Inside",
    "Near",
    "Past",
    "Settled",
    "WayOut",
    "anneal",
    "critical_point",
    "critical_points",
    "escape_path",
    "escape_rate",
    "escape_times",
    "kramers_rates",
    "line_rates",
    "mean_exit_time",
    "mean_passage_time",
    "shape_factor",
    "step_factor",
    "unstable_exit_time",
    "ways_out",
]
