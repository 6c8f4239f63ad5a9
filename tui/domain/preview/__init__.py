"""What the head of a file is, as values that a widget can show: pure functions, bounded in time and memory."""
