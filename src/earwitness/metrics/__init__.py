"""Statistics of scores and ratings, as functions of arrays."""
