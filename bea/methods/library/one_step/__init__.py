"""One-step methods that are no tableaus: they ask for derivatives of the field, or for its mean."""
