"""Widgets that show what a file holds: lines of text, trees that fold, tables, pictures."""
