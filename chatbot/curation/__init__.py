"""What the staff need to keep the folder good: evaluation, expectations, differences."""
