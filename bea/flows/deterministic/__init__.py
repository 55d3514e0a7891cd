"""Flows and iterates over batches: all step sizes and all starts in one call.

`flow` integrates a field with its own step size in every lane (`dop853`, `stepper`, `lane_driver`),
`iterate` runs a method; both return a `trajectory` at the `times` that are asked for.
"""
