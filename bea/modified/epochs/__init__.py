"""Epochs: the modified equation of all steps through a data set, in one order or in random order.

`cyclic_epoch` and `shuffled_epoch` derive it (`derive`) as sums over `samples`, averaged over
`shuffles`; an `EpochEquation` is the result.
"""
