"""`python -m osms_cli`, where the command is not on the path."""

from osms_cli.main import run

if __name__ == "__main__":
    run()
