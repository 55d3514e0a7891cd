"""Steps as scripts: read as a program, they are the steps that are run in numbers."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.explorer.hyperparameters import opened
from bea.explorer.recorded_step import recorded

EXPLICIT = [
    "gradient-descent", "heavy-ball", "nesterov", "optimistic-gradient", "rk4", "heun", "adam",
    "rmsprop", "sam", "extragradient", "symplectic-euler", "taylor2", "ros2",
    "adams-bashforth",
]  # fmt: skip


def run_in_python(source: str, inputs: list[float], field: Any) -> list[float]:
    """Run a script without solves: its statements are those of Python, but for `const` and `m`."""
    r: list[float] = []
    outputs: dict[int, float] = {}

    def ask(kind: str) -> Any:
        def answer(x: float, y: float) -> None:
            point = np.array([x, y])
            r[:] = field(point) if kind == "f" else _jacobian(field, point)

        return answer

    names = {"i": inputs, "o": outputs, "m_r": r, "m_f": ask("f"), "m_J": ask("J"), "Math": math}
    body = source.splitlines()[1:-1]
    text = "\n".join(re.sub(r"\bm\.(f|J|r)\b", r"m_\1", s.strip()) for s in body)
    text = re.sub(r"const ([^;\n]*);", lambda s: s[1].replace(", ", "; "), text)
    exec(text, names)  # noqa: S102 - bea's own text
    return [outputs[k] for k in sorted(outputs)]


def _jacobian(field: Any, point: Any) -> list[float]:
    columns = [field.numeric_derivative()(point[:, None], v[:, None], np.zeros(1))[:, 0]
               for v in np.eye(2)]  # fmt: skip
    return list(np.stack(columns, axis=1).ravel())


@pytest.mark.parametrize("name", EXPLICIT)
def test_a_script_is_the_step(name: str) -> None:
    method, problem, gamma, start = (
        bea.methods.get(name),
        bea.problems.himmelblau(),
        0.003,
        [0.4, 1.3],
    )
    changed, sliders = opened(method)
    script = recorded(changed, [slider.name for slider in sliders])
    values = [slider.value for slider in sliders]
    memory = run_in_python(script.init, [*start, gamma, *values], problem) if script.memory else []
    point = [*start, *memory]
    for _ in range(3):
        point = run_in_python(script.step, [*point, gamma, *values], problem)
    expected = bea.iterate(method, problem, start, gamma, steps=3).values[0, 0, -1]
    assert np.allclose(point[:2], expected, rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", ["sign-descent", "imex-euler"])
def test_what_has_no_script_is_refused_in_a_line(name: str) -> None:
    with pytest.raises(BeaError) as error:
        recorded(bea.methods.get(name))
    assert "\n" not in str(error.value)
