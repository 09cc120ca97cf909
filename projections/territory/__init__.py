"""Tables of the territory: partners with their offers, and the referrals to them."""
