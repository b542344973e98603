"""Windows, by Wine: run.sh says how."""
