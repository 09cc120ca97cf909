"""The factors of an account: passwords, codes of an application, recovery codes, passkeys."""
