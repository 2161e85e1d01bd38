"""The attacker's side: other tenants, strangers, and bad input."""
