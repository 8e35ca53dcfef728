"""What one notebook needs and is longer than a screen; nobody else may use it."""
