"""The words of the register: days, codes, facts, grounds and timelines. Pure and without I/O."""
