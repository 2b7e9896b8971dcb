"""The till's process: its daybook, its devices and its way to the company. It never computes money."""
