"""Structure: is a term a gradient, of which modified loss, and what remains if it is none.

`gradient` answers by trees or by the curl, `split` takes the gradient part, `loss` is the modified
loss, by `line_integral` where it is not in closed form.
"""
