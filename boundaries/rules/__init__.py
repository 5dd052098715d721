"""Every rule that a plan is checked against."""
