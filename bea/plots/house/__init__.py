"""What all figures share: style, canvas, colour levels, windows, landscapes, and saving."""
