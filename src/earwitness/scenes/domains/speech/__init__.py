"""One speaker who says a sentence: people who were recorded, or voices of a program."""
