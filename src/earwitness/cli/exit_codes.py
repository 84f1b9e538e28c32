"""What the command line returns, beside the codes that errors carry."""

TOO_FEW_SCORED = 3
# Below this share of the pairs, or of the clips to learn from.
ENOUGH_SCORED = 0.95
INTERRUPTED = 130
