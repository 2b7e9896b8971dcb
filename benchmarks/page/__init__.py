"""The till's page in a real Chromium, driven by key events and watched from outside."""
