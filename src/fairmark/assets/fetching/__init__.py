"""Fetching: gets what lies at the addresses that customers give, without being led to places it must not see."""
