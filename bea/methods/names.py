"""The names that people type for methods and hyperparameters, and what they mean here.

Another name of a thing that exists is taken for it. A name of what does not exist leads to what
comes nearest in meaning, which is seldom what is nearest in spelling.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from bea.algebra.language.calls import assignments
from bea.algebra.language.letters import hyphened, spelt
from bea.errors import UnknownNameError, nearest

ALIASES = {
    **dict.fromkeys(("gd", "steepest-descent", "sgd", "vanilla-sgd", "gradient"),
                    "gradient-descent"),
    **dict.fromkeys(("momentum", "heavyball", "hb", "polyak", "polyak-momentum", "sgd-momentum",
                     "sgdm", "classical-momentum", "gd-momentum", "sgd-with-momentum",
                     "gd-with-momentum", "gradient-descent-with-momentum", "polyak-heavy-ball"),
                    "heavy-ball"),
    **dict.fromkeys(("ema", "averaged-momentum"), "ema-momentum"),
    **dict.fromkeys(("nag", "agd", "nesterov-momentum", "accelerated-gradient",
                     "nesterov-accelerated-gradient", "nesterov-accelerated-gradient-descent",
                     "accelerated-gradient-descent", "sgd-nesterov", "nesterov-sgd"), "nesterov"),
    **dict.fromkeys(("euler", "forward-euler"), "explicit-euler"),
    **dict.fromkeys(("backward-euler", "proximal", "proximal-point"), "implicit-euler"),
    **dict.fromkeys(("proximal-gradient", "proximal-gradient-descent", "forward-backward",
                     "forward-backward-splitting"), "imex-euler"),
    **dict.fromkeys(("rk-4", "runge-kutta-4", "runge-kutta4", "classical-runge-kutta",
                     "classical-rk4"), "rk4"),
    **dict.fromkeys(("rk3", "rk-3", "runge-kutta-3", "kutta-3"), "kutta3"),
    **dict.fromkeys(("improved-euler", "explicit-trapezoidal", "heun2", "ssp2", "ssp22",
                     "ssprk2", "ssprk22", "heun-euler"), "heun"),
    **dict.fromkeys(("crank-nicolson", "trapezoid", "trapezium",
                     "implicit-trapezoidal"), "trapezoidal"),
    **dict.fromkeys(("gauss", "gauss-legendre", "gauss-legendre-4", "gl4"), "gauss4"),
    **dict.fromkeys(("gauss-legendre-6", "gl6"), "gauss6"),
    **dict.fromkeys(("gauss2", "gauss-legendre-2", "gl2"), "implicit-midpoint"),
    **dict.fromkeys(("rk", "butcher", "tableau"), "runge-kutta"),
    **dict.fromkeys(("adams-w", "adam-w"), "adamw"),
    "adaptive-moment-estimation": "adam",
    **dict.fromkeys(("rms-prop", "rms"), "rmsprop"),
    **dict.fromkeys(("ada-grad",), "adagrad"),
    **dict.fromkeys(("signsgd", "sign-sgd", "signgd", "sign-gd", "sign-gradient-descent"),
                    "sign-descent"),
    **dict.fromkeys(("normalized-descent", "normalized-gd", "normalised-gd", "normalized-sgd",
                     "normalized-gradient-descent", "normalised-gradient-descent"),
                    "normalised-descent"),
    **dict.fromkeys(("sgdw", "sgdm-w"), "heavy-ball-decay"),
    **dict.fromkeys(("l2", "gd-l2", "ridge"), "gradient-descent-l2"),
    **dict.fromkeys(("weight-decay", "gd-weight-decay"), "gradient-descent-decay"),
    **dict.fromkeys(("newton", "newtons", "newton-raphson"), "damped-newton"),
    **dict.fromkeys(("eg", "extra-gradient"), "extragradient"),
    **dict.fromkeys(("ogd", "ogda", "optimistic", "optimistic-descent"), "optimistic-gradient"),
    **dict.fromkeys(("gda", "gradient-descent-ascent", "simgd"), "simultaneous"),
    **dict.fromkeys(("alternating-gda", "alt-gda", "altgd"), "alternating"),
    **dict.fromkeys(("semi-implicit-euler", "euler-cromer"), "symplectic-euler"),
    **dict.fromkeys(("leapfrog", "verlet", "velocity-verlet", "kick-drift-kick",
                     "stoermer-verlet", "stormer"),
                    "stormer-verlet"),
    **dict.fromkeys(("strang-splitting", "strang-marchuk"), "strang"),
    **dict.fromkeys(("yoshida4", "triple-jump", "forest-ruth"), "yoshida"),
    **dict.fromkeys(("suzuki4", "suzuki-fractal"), "suzuki"),
    **dict.fromkeys(("prk", "partitioned-rk"), "partitioned-runge-kutta"),
    **dict.fromkeys(("lobatto-pair", "lobatto-iiia-b", "lobatto-3a-3b"), "lobatto-iiia-iiib"),
    **dict.fromkeys(("egr", "gradient-regularized", "gradient-penalty",
                     "gradient-regularisation", "gradient-regularization"), "gradient-regularised"),
    **dict.fromkeys(("preconditioned-gd", "preconditioned-gradient-descent"),
                    "preconditioned-descent"),
    **dict.fromkeys(("sharpness-aware", "sharpness-aware-minimization"), "sam"),
    **dict.fromkeys(("ab", "adams"), "adams-bashforth"),
}  # fmt: skip
"""Other names of methods that exist."""

_WITH_PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    **dict.fromkeys(("position-verlet", "drift-kick-drift"),
                    ("stormer-verlet", {"form": "position"})),
    **dict.fromkeys(("lie", "lie-trotter", "lie-splitting", "lie-trotter-splitting",
                     "godunov-splitting"), ("splitting", {"stages": "A, B"})),
    "yoshida6": ("yoshida", {"order": 6}),
    "yoshida8": ("yoshida", {"order": 8}),
}  # fmt: skip
_LIBRARY = re.compile(r"(torch|optax)(?:\.optim|\.contrib)?\.(\w+)")
_KIND = re.compile(r"-(?:method|scheme|rule|formula|optimi[sz]er|integrator|algorithm)$")
_STEPS = re.compile(r"(?:(ab|adams-bashforth)|bdf)-?(\d{1,3})")
_RULE = (
    "write its step as an update rule, such as "
    "--update 'v = beta*v + grad; theta = theta - gamma*v'"
)
_TABLEAU = "give its tableau: 'runge-kutta(A=…, b=…)'"
_PAIR = f"take dormand-prince, cash-karp or verner6, or {_TABLEAU}"
_FIXED = "a method has a fixed step size here: take "
_TRACED = {
    "lion": "optax:lion", "adan": "optax:adan", "ademamix": "optax:ademamix",
    "lamb": "optax:lamb", "lars": "optax:lars", "novograd": "optax:novograd",
    "radam": "torch:RAdam", "adamax": "torch:Adamax", "amsgrad": "torch:Adam(amsgrad=true)",
    "muon": "torch:Muon(shapes=2x2)",
}  # fmt: skip
_BATCHES = "random batches and their stochastic equations have commands, 'bea sgd --help'"

MEANT = {
    **dict.fromkeys(("tsit", "tsit5", "tsitouras", "tsitouras5", "dop853", "dopri853", "dopri8",
                     "ode78", "rkf78", "rk78", "rk5", "rk6", "rk7", "vern7", "vern8",
                     "vern9"), _PAIR),
    **dict.fromkeys(("dirk", "esdirk"), f"take sdirk4 or tr-bdf2, or {_TABLEAU}"),
    **dict.fromkeys(("gauss8", "gauss10", "gauss-legendre-8", "gauss-legendre-10"),
                    "its coefficients are roots within roots, which exact numbers here do not "
                    "bring to one form; symplectic, symmetric and of order 8 is "
                    "lobatto-iiid(stages=5)"),
    **dict.fromkeys(("alexander3", "sdirk33", "ars343", "imex-ssp433", "ark324", "ark3"),
                    "its coefficients hold a root of a cubic polynomial that no roots of real "
                    "numbers express; take sdirk4, ars233 or ars443"),
    **dict.fromkeys(("ark4", "ark436", "ark548", "kennedy-carpenter"),
                    "its published fractions are rounded, and fulfil no order condition exactly; "
                    "take ars233 or ars443"),
    **dict.fromkeys(("rodas", "rodas4", "rodas5", "ros4", "grk4t", "grk4a", "ros34pw2", "ros34pw3",
                     "rosenbrock4"),
                    "it is known in decimals only: take shampine4 or rodas3, or give its "
                    "coefficients, 'rosenbrock-method(A=…, G=…, b=…)'"),
    **dict.fromkeys(("midpoint", "mid-point"), "take explicit-midpoint or implicit-midpoint"),
    **dict.fromkeys(("rk2", "runge-kutta-2"), "take heun, explicit-midpoint or ralston"),
    "modified-euler": "take explicit-midpoint or heun, which both have that name",
    **dict.fromkeys(("adams-moulton", "am", "am1", "am2", "am3", "am4", "abm", "pece", "multistep",
                     "adams-bashforth-moulton", "predictor-corrector"),
                    "the multistep methods are adams-bashforth and bdf"),
    **dict.fromkeys(("numerov", "newmark", "newmark-beta", "beeman"),
                    "for q'' = g(q) take stormer-verlet, rkn4 or rkn5"),
    **dict.fromkeys(("etd", "etd1", "etdrk4", "exponential-euler", "exponential-integrator",
                     "exprb", "lawson"),
                    "functions of matrices are no step here: take rosenbrock-euler, or strang, "
                    "whose parts follow their own flows"),
    **dict.fromkeys(("projected-gradient", "projected-gradient-descent", "pgd", "frank-wolfe"),
                    "a projection is not smooth, so that it has no modified equation"),
    "admm": "take cyclic, whose blocks move in turn",
    **dict.fromkeys(("adadelta", "adabelief", "laprop", "yogi", "adafactor", "lookahead",
                     "schedule-free", "sophia", "shampoo", "soap", "rprop", "adabound",
                     "mirror-descent"), _RULE),
    **{name: f"take {text} on a problem, or {_RULE}" for name, text in _TRACED.items()},
    **dict.fromkeys(("ngd", "natural-gradient"),
                    "take normalised-descent or, with a constant metric, preconditioned-descent"),
    **dict.fromkeys(("bfgs", "lbfgs", "l-bfgs", "cg", "conjugate-gradient", "gauss-newton",
                     "levenberg-marquardt", "trust-region"),
                    "line searches and restarts branch, so that they have no modified equation; "
                    "damped-newton is the method of second order"),
    **dict.fromkeys(("sgld", "langevin", "minibatch-sgd", "mini-batch", "euler-maruyama",
                     "milstein"), _BATCHES),
    **dict.fromkeys(("ode45", "lsoda", "odeint", "solve-ivp"), f"{_FIXED}dormand-prince or rk4"),
    **dict.fromkeys(("ode15s", "ode113", "vode", "cvode"), f"{_FIXED}bdf or adams-bashforth"),
}  # fmt: skip
"""What to take for names of methods that do not exist."""

_PARAMETERS = {
    "beta": ("momentum", "mu", "rho", "decay", "b", "m"),
    "beta1": ("b1", "beta_1", "momentum", "beta"),
    "beta2": ("b2", "beta_2", "alpha", "rho"),
    "epsilon": ("eps", "e"),
    "weight_decay": ("wd", "weightdecay", "lam", "lambda", "lambda_", "l2", "decay"),
    "bias_correction": ("bias", "corrected"),
    "steps": ("k", "s", "order", "n"),
    "split": ("blocks", "parts", "players", "halves"),
    "first": ("split", "blocks", "players"),
    "stages": ("steps", "s", "splitting"),
    "weights": ("coefficients", "w", "gammas"),
    "base": ("method", "of", "basic"),
    "ratio": ("r",),
    "delta": ("damping", "d"),
    "mu": ("strength", "penalty", "lam", "lambda"),
    "diagonal": ("P", "p", "diag", "preconditioner", "metric"),
}
_AVERAGED = ("alpha", "rho", "decay", "beta2", "b2")  # names of beta where it is of squares
_PAIRS = {"betas": ("beta1", "beta2"), "beta12": ("beta1", "beta2")}
_DECAYING = "gradient-descent-l2, heavy-ball-l2 or adamw"
_WITH = {
    "momentum": "heavy-ball",
    "beta": "heavy-ball",
    "nesterov": "nesterov-torch",
    "weight_decay": _DECAYING,
    "wd": _DECAYING,
    "betas": "adam",
    "dampening": "ema-momentum where it equals the momentum, or torch:SGD",
    "maximize": "the loss with the other sign",
}
"""The methods that have what was asked of another."""

RATES = ("lr", "learning_rate", "learningrate", "eta", "gamma", "step_size", "stepsize", "h", "dt",
          "rate", "step")  # fmt: skip
"""What people call the step size."""

RATE_TOLD = "The learning rate is the step size γ: "
RATE_TAKEN = "leave it out, runs take it as gamma or gammas"
"""What is said of it in Python; the command line has an option for it."""


def method_named(name: str, known: Collection[str]) -> tuple[str, dict[str, Any]]:
    """Return the method that a name means, with the hyperparameters that it says.

    Raises
    ------
    UnknownNameError
        If there is none; what comes nearest in meaning is told.

    Examples
    --------
    >>> names = ["gradient-descent", "adams-bashforth", "rk4"]
    >>> method_named("GD", names), method_named("ab3", names)
    (('gradient-descent', {}), ('adams-bashforth', {'steps': 3}))
    >>> method_named("dop853", names)
    Traceback (most recent call last):
    bea.errors.UnknownNameError: there is no method 'dop853': take dormand-prince, ...
    """
    if name in known:
        return name, {}
    other = _others(known)
    for plain in _plain(name):
        if found := _meant(plain, known, other):
            return found
        if why := MEANT.get(plain):
            raise UnknownNameError(f"there is no method '{name}': {why}")
    if library := _LIBRARY.fullmatch(name.strip()):
        written = f"{library[1]}:{library[2]}"
        raise UnknownNameError(f"'{name}' is another library's: write it as {written}")
    close = nearest(hyphened(name), [*known, *ALIASES, *other])
    raise UnknownNameError(f"unknown method '{name}'.{close} 'bea list methods' shows them all")


def hyperparameter_named(name: str, known: Collection[str]) -> tuple[str, ...]:
    """Return which of a method's hyperparameters a name means; none if it means none.

    >>> hyperparameter_named("momentum", ["beta"]), hyperparameter_named("β₁", ["beta1"])
    (('beta',), ('beta1',))
    >>> hyperparameter_named("betas", ["beta1", "beta2"])
    ('beta1', 'beta2')
    """
    if name in known:
        return (name,)
    plain = spelt(name).lower()
    if plain in known:
        return (plain,)
    pair = _PAIRS.get(plain, ())
    if pair and set(pair) <= set(known):
        return pair
    others = _PARAMETERS | ({"beta": _AVERAGED} if "epsilon" in known else {})
    return next(((own,) for own in known if plain in others.get(own, ())), ())


def renamed(method: str, given: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return hyperparameters under the names that the method has for them.

    Raises
    ------
    UnknownNameError
        If one is none of the method's, or is given twice under two names.
    """
    wrong = [name for name in given if not hyperparameter_named(name, known)]
    if wrong:
        have = f"it has {', '.join(known)}" if known else "it has none"
        hints = dict.fromkeys(hint_for(name, known) for name in _telling(wrong))
        raise UnknownNameError(
            f"method '{method}' has no hyperparameter {', '.join(map(repr, wrong))}: {have}."
            f"{''.join(hints)}"
        )
    found: dict[str, Any] = {}
    for name, value in given.items():
        own = hyperparameter_named(name, known)
        values = _parts(value, name) if len(own) > 1 else (value,)
        for target, part in zip(own, values, strict=True):
            if target in found:
                raise UnknownNameError(f"'{name}' is {target}, which is given twice: give it once")
            found[target] = part
    return found


def hint_for(name: str, known: Collection[str]) -> str:
    """Return a sentence on a name that is no hyperparameter: what has it, or the nearest.

    >>> hint_for("lr", ["beta"])
    ' The learning rate is the step size γ: leave it out, runs take it as gamma or gammas.'
    """
    plain = name.lower()
    if plain in RATES:
        return f" {RATE_TOLD}{RATE_TAKEN}."
    if "ratio" in known and plain in ("rho", "radius"):
        return " The radius is ratio·γ: give it over the step size, ratio=1/2 for 0.05 over 0.1."
    if plain in _WITH:
        return f" Take {_WITH[plain]}."
    return nearest(name, known)


def other_names(name: str, cls: Any) -> list[str]:
    """Return by which names a method is known too.

    >>> from bea.methods import available
    >>> other_names("kutta3", available()["kutta3"])
    ['kutta-3', 'rk-3', 'rk3', 'runge-kutta-3']
    """
    own = {other for other, owner in ALIASES.items() if owner == name}
    return sorted(own | {text.partition("(")[0] for text in cls.also})


# --- private helpers ----------------------------------------------------------------------------


def _plain(name: str) -> tuple[str, ...]:
    """Return a name as names are compared, without what says that it is a method, and joined."""
    plain = hyphened(name)
    bare = _KIND.sub("", plain)
    return plain, bare, bare.replace("-", "")


def _meant(
    plain: str, known: Collection[str], other: Mapping[str, tuple[str, dict[str, Any]]]
) -> tuple[str, dict[str, Any]] | None:
    """Return the method of a plain name and what the name says of it; None if it names none."""
    for candidate in (plain, ALIASES.get(plain, "")):
        if candidate in known:
            return candidate, {}
    if plain in other:
        return other[plain]
    if plain in _WITH_PARAMETERS:
        found, said = _WITH_PARAMETERS[plain]
        return found, dict(said)
    steps = _STEPS.fullmatch(plain)
    if steps:
        return "adams-bashforth" if steps[1] else "bdf", {"steps": int(steps[2])}
    return None


def _others(known: Collection[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the names that classes of methods have beside their own, and what they say."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, cls in known.items() if isinstance(known, Mapping) else ():
        for text in cls.also:
            other, _, said = text.partition("(")
            found[other] = (name, dict(assignments(said.removesuffix(")"))))
    return found


def _telling(names: list[str]) -> list[str]:
    """Leave out what a method that is asked for by another name has as well."""
    return [n for n in names if "nesterov" not in names or n not in ("momentum", "beta")]


def _parts(value: Any, name: str) -> tuple[Any, Any]:
    """Return the two numbers of a pair such as betas."""
    if value is None:  # both symbolic
        return None, None
    parts = value.strip(" ()[]").replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) != 2:
        raise UnknownNameError(f"{name} is a pair: write {name}=9/10,999/1000")
    return parts[0], parts[1]
