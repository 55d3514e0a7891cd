"""The commands of `bea sgd`, one module each, and the options that they share."""
