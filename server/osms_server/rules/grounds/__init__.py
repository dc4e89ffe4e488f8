"""One module a ground: from what stands to the days for which it gives the right."""
