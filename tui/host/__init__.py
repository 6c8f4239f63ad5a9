"""One child process for each open context, which owns that context's gateway; ``host`` is the deck's side of it."""
