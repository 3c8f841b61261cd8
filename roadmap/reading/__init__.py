"""Markdown in, plain data out. Imports no model."""


class NotesError(Exception):
    """The notes cannot be taken as they are; the message says why, where, and what to do."""


class TooDeep(NotesError):
    """Lists, quotes or tags stand more than `MAX_DEPTH` deep in one another."""
