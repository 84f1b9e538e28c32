"""Data that judges are measured on: one file a benchmark, beside the files that several of them are read with."""
