"""Methods that treat parts of the variables apart: in turns, by splitting, by two tableaus."""
