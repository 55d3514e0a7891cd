"""Fields and losses that are functions, without a formula: their derivatives along directions."""

from bea.fields.functions.derivatives import Derivatives
from bea.fields.functions.function_field import FunctionField, FunctionLoss
from bea.fields.functions.groups import Groups
from bea.fields.functions.of_program import many_variables, without_symbols
from bea.fields.functions.timed import TimedFunction

__all__ = [
    "Derivatives",
    "FunctionField",
    "FunctionLoss",
    "Groups",
    "TimedFunction",
    "many_variables",
    "without_symbols",
]
