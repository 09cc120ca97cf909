"""The pages of a partner, who answers by a link and has no account."""
