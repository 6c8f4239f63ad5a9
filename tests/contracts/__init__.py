"""The same questions, asked of every list and of every write."""
