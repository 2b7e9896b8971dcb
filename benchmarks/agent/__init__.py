"""The till's process measured from outside, and the engine's Python called directly."""
