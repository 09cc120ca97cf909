"""The pages Rejouer and Journal: past states, events."""
