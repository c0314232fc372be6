"""The lab's one error: what is missing or went wrong, and what to type."""

from __future__ import annotations


class LabError(Exception):
    """A message of one clause, and hints to type."""

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints

    def __str__(self) -> str:
        hints = [f"hint: {hint}" for hint in self.hints]
        return "\n".join([f"error: {self.message}", *([""] if hints else []), *hints])
