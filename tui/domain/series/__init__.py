"""Metric histories as series: what was recorded, thinned to what a screen can show, smoothed, and read off."""
