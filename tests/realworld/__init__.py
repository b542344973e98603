"""Real servers and clients, unchanged, on cffisock."""
