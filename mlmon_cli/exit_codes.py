"""What the process tells its caller."""

OK = 0  # nothing open at or above --fail-on
FINDINGS = 1  # something is
UNKNOWN = 2  # it could not tell: usage, configuration, connection, run error, failed delivery
INTERRUPTED = 130  # Ctrl-C, as shells report it
