"""What the docs compute, without building them."""
