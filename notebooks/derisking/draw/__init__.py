"""One drawing vocabulary; knows nothing of this story."""
