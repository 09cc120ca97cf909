"""The people to call at a partner."""
