"""What the tills say against what the books say, to the minor unit. It reads only, and corrects nothing."""
