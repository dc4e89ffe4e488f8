"""The service by which the Fund runs the register, part by part."""
