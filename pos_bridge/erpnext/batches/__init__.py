"""Many plain sales as one Sales Invoice: which are taken, what becomes of them, how they come back."""
