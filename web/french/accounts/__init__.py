"""Words of the accounts: signing in, browsers, who looked."""
