"""The territory at the desk: imports of places, partners of a referral, distances."""
