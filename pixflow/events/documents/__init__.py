"""Events of the documents that a structure publishes about itself."""
