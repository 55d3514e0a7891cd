"""A library's own optimizer as a method: its step is recorded once and run in every arithmetic.

A front end runs one step of the real optimizer on values of its own, and writes every operation of
theirs down: a `Tape` (`bea.adapters.tracing.tape`). A tape knows no library. `Operations`
(`bea.adapters.tracing.operations`) says what its operations are in an `Arithmetic`: floats with
lanes, power series over a ring, series on trees, components of any gradient, numbers at a point.
`Traced` is the method whose `step` runs a tape, and `replay` compares the tapes in floats with the
real optimizer, before anything is derived.

What a front end has to be is the protocol `Optimizer` in `bea.adapters.tracing.optimizer`:

- `name`, as it is written, and `hyperparameters`, exact numbers or names by name; the learning rate
  is none of them, it is gamma;
- `leaves(shapes)`: the memory that the optimizer carries for parameters of these shapes, in its
  steady form: name, shape, and the value before the first step;
- `record(moment)`: the tape of the step that the real optimizer takes at a `Moment` (parameters,
  gradients, memory, the number of steps done, gamma, hyperparameters, all in float64). Its inputs
  are named `gamma`, `count` (the steps done before this one), `theta.i`, `grad.i`, `memory.i`, and
  by the hyperparameters; Python's branches on values are its `guards`;
- `play(moment)`: what the real optimizer, unchanged, makes of the parameters and the memory there;
- `first_differs`: whether the first step, or one of few steps done, need not be the later ones.

The words of tapes: every operation is a method of `Operations`, and shapes are those of the
library, right-aligned as NumPy broadcasts them. Whatever decides (abs, sign, max, clamp) is written
with `less`, `equal` and `where`, so that the branch of a step is the values of its comparisons.
"""
