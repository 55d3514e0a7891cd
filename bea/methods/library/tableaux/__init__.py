"""Named Runge-Kutta methods beyond the classical few, a class of a few lines for each."""
