"""Real backends, as people run them: started, filled by their own version's client, walked over by the deck."""
