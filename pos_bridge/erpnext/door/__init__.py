"""The door for tills: who they are, what they may call, and the page that they load."""
