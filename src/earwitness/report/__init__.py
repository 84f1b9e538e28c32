"""What people see of a run; reads records, never a model."""
