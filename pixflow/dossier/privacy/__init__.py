"""The rights of the person: erasure and retention."""
