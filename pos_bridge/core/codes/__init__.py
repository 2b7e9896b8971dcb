"""What codes on goods and cards say: GS1 element strings, in-store codes, card numbers."""
