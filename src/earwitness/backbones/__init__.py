"""The audio language models that answer questions, by name."""
