"""Figures of orders in gamma: drift, certificates, methods beside each other, schedules."""
