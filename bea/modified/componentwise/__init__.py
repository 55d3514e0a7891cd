"""Adaptive and normalised rules for every loss at once: functions of the gradient's components."""
