"""To be described by its author: what may live here and whom it may import."""
