"""One module for each kind of work; each adds its commands to the application."""
