"""The commands, one module each: `bea derive`, `drift`, `verify`, `plot`, `list`, `demo`."""
