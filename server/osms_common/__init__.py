"""What each of our services stands on: words of the law, who is let in, feeds, logs."""
