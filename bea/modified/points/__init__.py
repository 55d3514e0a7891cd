"""Modified fields at points, without symbols: from directional derivatives, or the step alone."""
