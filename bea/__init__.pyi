# The public names of bea, and where each is. This is the one list: the package reads it, and so do
# type checkers.

from . import adapters as adapters
from . import explorer as explorer
from . import fields as fields
from . import flows as flows
from . import measure as measure
from . import methods as methods
from . import modified as modified
from . import noise as noise
from . import plots as plots
from . import problems as problems
from . import series as series
from . import trees as trees
from .algebra import parse as parse
from .errors import BeaError as BeaError
from .explorer import explore as explore
from .fields import Hamiltonian as Hamiltonian
from .fields import Loss as Loss
from .fields import VectorField as VectorField
from .flows import Ensemble as Ensemble
from .flows import Training as Training
from .flows import Trajectory as Trajectory
from .flows import ensemble as ensemble
from .flows import flow as flow
from .flows import iterate as iterate
from .flows import sde_ensemble as sde_ensemble
from .flows import train as train
from .measure import Certificate as Certificate
from .measure import DriftStudy as DriftStudy
from .measure import WeakErrors as WeakErrors
from .measure import discretization_drift as discretization_drift
from .measure import one_step_defect as one_step_defect
from .measure import verify as verify
from .measure import weak_errors as weak_errors
from .methods import Method as Method
from .methods.analysis import analyze as analyze
from .modified import BSeries as BSeries
from .modified import ModifiedEquation as ModifiedEquation
from .modified import ModifiedGenerator as ModifiedGenerator
from .modified import StochasticEquation as StochasticEquation
from .modified import cyclic_epoch as cyclic_epoch
from .modified import modified_equation as modified_equation
from .modified import modified_generator as modified_generator
from .modified import modifying_integrator as modifying_integrator
from .modified import shuffled_epoch as shuffled_epoch
from .modified import stochastic_equation as stochastic_equation
from .reports.document import report as report
from .series import PowerSeries as PowerSeries

__version__: str
