"""Figures of one loss or field: its landscape, runs on it, and the terms of its equation."""
