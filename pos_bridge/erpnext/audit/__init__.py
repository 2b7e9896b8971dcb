"""What an auditor takes away: the daybook and its postings as files, and a program that verifies them."""
