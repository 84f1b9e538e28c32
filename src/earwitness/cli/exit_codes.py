"""What the command line returns, beside the codes that errors carry."""

TOO_FEW_SCORED = 3
INTERRUPTED = 130
