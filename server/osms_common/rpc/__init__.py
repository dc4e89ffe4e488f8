"""Who is let in, how errors and faults are told, how the streams of feeds run."""
