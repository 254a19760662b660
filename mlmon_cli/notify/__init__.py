"""From pending transitions to delivered messages: compose, format, transport, record."""
