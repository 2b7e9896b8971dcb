"""The least that anybody could do in each one's place: what a figure is compared with in the same run."""
