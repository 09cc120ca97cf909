"""Links that let a partner answer a referral without an account (docs/domain.md#partner-links)."""
