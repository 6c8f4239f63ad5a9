"""What is printed outside the deck: panels, tables, reports, the log."""
