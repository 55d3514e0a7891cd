"""What all figures share: style, canvas, colour levels, windows, landscapes, and how they are saved."""
