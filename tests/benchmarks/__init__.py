"""What cffisock costs, beside the interpreter's own module."""
