"""`python -m mlmon_cli`."""

from mlmon_cli.main import main

if __name__ == "__main__":
    main()
