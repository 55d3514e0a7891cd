"""Reading: what a person typed becomes methods, problems, numbers and requests, or a line of why not."""
