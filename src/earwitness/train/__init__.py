"""Training: each stage is a file, with one frozen config that is saved beside what it made."""
