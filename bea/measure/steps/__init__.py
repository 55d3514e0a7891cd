"""What suits a problem where nothing is given: starts, times and step sizes."""
