"""What the standalone company keeps of kinds of entries that are no sales. It books nothing itself."""
