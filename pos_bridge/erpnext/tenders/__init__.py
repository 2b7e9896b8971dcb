"""How tenders become documents: payment rows, tips, debts, points, exchanges. It never computes a price."""
