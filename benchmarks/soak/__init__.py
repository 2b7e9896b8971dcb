"""`make soak`: the chaos runs at full counts (`__main__`), and what they survived in words (`text`)."""
