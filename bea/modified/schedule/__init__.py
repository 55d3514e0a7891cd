"""Schedules: modified equations with the terms of s', s'', ... that a changing step size brings."""
