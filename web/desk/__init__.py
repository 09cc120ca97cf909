"""The person at work: rights, data, navigation, receipts."""
