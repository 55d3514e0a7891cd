"""The idea of bea in a page of plain Python.

A method takes steps of size gamma along a field f. A step is an operator: it carries a function phi
of theta to its value one step later, (S phi)(theta) = phi(step(theta)). So does the flow of a field
f~ over the time gamma: S = exp(gamma D), where D phi = f~ . grad phi. Hence the iterates follow

    f~ = D theta,    D = (1/gamma) log(S),

the modified field. To find it, run `step` on power series in gamma instead of numbers.

Here theta = (x, y) holds the weights of a linear network of two layers with loss L = (x y)^2/2, and
f = -grad L, whose flow keeps the imbalance x^2 - y^2 of the layers. Do the methods keep it?
"""

from fractions import Fraction
from math import prod

ORDER = 3  # the highest power of gamma in f~; S needs one more
BETA = Fraction(1, 2)  # the share of its velocity that heavy ball keeps in a step


class Series:
    """A power series in gamma over polynomials: {(k, a, b): c} is the sum of c gamma^k x^a y^b."""

    def __init__(self, terms):
        self.terms = {powers: c for powers, c in terms.items() if c and powers[0] <= ORDER + 1}

    def __add__(self, other):
        both = self.terms | other.terms
        return Series({p: self.terms.get(p, 0) + other.terms.get(p, 0) for p in both})

    def __sub__(self, other):
        return self + -1 * other

    def __mul__(self, other):
        total = Series({})
        for (k, a, b), c in self.terms.items():
            total += Series({(k + m, a + i, b + j): c * d for (m, i, j), d in other.terms.items()})
        return total

    def __rmul__(self, number):
        return Series({powers: number * c for powers, c in self.terms.items()})

    def __call__(self, x, y):
        """Return the value at another point, whose coordinates may be series too."""
        total = Series({})
        for (k, a, b), c in self.terms.items():
            total += prod([x] * a + [y] * b, start=Series({(k, 0, 0): c}))
        return total

    def __str__(self):
        rows = [[] for _ in range(ORDER + 1)]
        for (k, a, b), c in sorted(self.terms.items()):
            rows[k].append(f"({c}) x^{a} y^{b}")
        return "\n".join(f"  γ^{k}: {' + '.join(row) or 0}" for k, row in enumerate(rows))


GAMMA, X, Y = Series({(1, 0, 0): 1}), Series({(0, 1, 0): 1}), Series({(0, 0, 1): 1})


def downhill(x, y):
    """Return f = -grad L."""
    return -1 * x * y * y, -1 * x * x * y


def gradient_descent(f, theta, velocity):
    """Return theta after a step, and the memory: a method is no more than such a function."""
    return [t + GAMMA * slope for t, slope in zip(theta, f(*theta))], velocity


def heavy_ball(f, theta, velocity):
    """Return theta and the velocity after a step."""
    velocity = [BETA * v + slope for v, slope in zip(velocity, f(*theta))]
    return [t + GAMMA * v for t, v in zip(theta, velocity)], velocity


def operator(step, f):
    """Return S where the velocity has settled to a V(theta): S V is the velocity one step later."""
    V = [Series({}), Series({})]
    for _ in range(ORDER + 2):
        theta, velocity = step(f, [X, Y], V)
        # S V misses by 1 - beta times the error of V and higher powers: one more comes right.
        V = [v + 1 / (1 - BETA) * (after - v(*theta)) for v, after in zip(V, velocity)]
    return lambda phi: phi(*theta)


def rate(S, phi):
    """Return D phi = (1/gamma) log(S) phi, from log(S) = (S - 1) - (S - 1)^2/2 + ..."""
    total, power = Series({}), phi
    for k in range(1, ORDER + 2):
        power = S(power) - power  # (S - 1)^k phi, of order gamma^k
        total += Fraction((-1) ** (k + 1), k) * power
    return Series({(k - 1, a, b): c for (k, a, b), c in total.terms.items()})


if __name__ == "__main__":
    for step in (gradient_descent, heavy_ball):
        S = operator(step, downhill)
        for name, phi in {"x": X, "y": Y, "imbalance": X * X - Y * Y}.items():
            print(f"{step.__name__}: {name}' =\n{rate(S, phi)}")
