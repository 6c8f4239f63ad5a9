"""A comparison as a text to keep or to hand on: Markdown, CSV, JSON, one page of HTML."""
