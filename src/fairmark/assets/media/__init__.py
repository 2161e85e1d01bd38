"""Media: the bytes of assets and their thumbnails, at signed addresses that expire."""
