"""Structure: is a term a gradient, of which modified loss, and what remains if it is none.

`gradient` answers by trees or by the curl, `split` takes the gradient part, `loss` is the modified
loss, by `line_integral` where it is not in closed form. `geometry` asks the same of J grad H, of
energy, volume and the direction of time; `hamiltonian` is the modified Hamiltonian, `invariants`
are other first integrals, both looked for by `ansatz` where trees do not give them.
"""
