"""Ensembles: a stochastic method, or its stochastic equation, run many times over.

`descent` runs methods and `sde` diffusions; both plan their chunks (`plan`), may be stopped and go
on (`checkpoints`), record `observables`, and return the means with their standard errors
(`result`).
"""
