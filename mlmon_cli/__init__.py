"""The `mlmon` command line: runs the mlmon dbt package and posts what it found."""

__version__ = "0.1.0"
