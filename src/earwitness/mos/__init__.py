"""Rating predictors: encoders, heads, and the losses that train them to rank as people rank."""
