"""Reading: what a person typed becomes methods, problems, numbers and requests."""
