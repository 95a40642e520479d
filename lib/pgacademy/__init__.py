"""pgacademy: the whole back end of a gamified learning platform, in PostgreSQL."""

__version__ = "0.1.0"
