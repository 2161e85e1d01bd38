"""Gold: items whose answer is known, shown to workers among the others, and what comes of it."""
