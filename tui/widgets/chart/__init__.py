"""Charts drawn in cells: curves, their legend, scatter plots and parallel coordinates."""
