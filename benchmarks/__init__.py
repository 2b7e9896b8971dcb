"""Programs behind what docs/ claims: figures with their floor in the same run, and chaos with counts."""
