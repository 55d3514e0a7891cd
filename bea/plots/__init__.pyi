# The figures, and where each is: a line for each.

from . import fields as fields
from . import house as house
from . import order as order
from . import random as random
from .fields import energy_figure as energy_figure
from .fields import loss_figure as loss_figure
from .fields import runs_figure as runs_figure
from .fields import surface_figure as surface_figure
from .fields import terms_figure as terms_figure
from .fields import trajectory_figure as trajectory_figure
from .house import fitted as fitted
from .house import save_figure as save_figure
from .order import certificate_figure as certificate_figure
from .order import comparison_figure as comparison_figure
from .order import drift_figure as drift_figure
from .order import schedule_figure as schedule_figure
from .order import stability_figure as stability_figure
from .order import trees_figure as trees_figure
from .random import annealing_figure as annealing_figure
from .random import averaging_figure as averaging_figure
from .random import ensemble_figure as ensemble_figure
from .random import equilibrium_figure as equilibrium_figure
from .random import escape_figure as escape_figure
from .random import growth_figure as growth_figure
