"""Text from files and users as it may stand in messages and tables: printable, and of bounded length."""


def printable(text: object, longest: int = 80) -> str:
    r"""Text with what is not printable escaped, such as ``\n`` or ``\x1b``, and its end left out if it is longer.

    Args:
        text: Anything; its ``str`` is shown.
        longest: Most characters of the result; above it the last ones shown are an ellipsis.
    """
    whole = str(text)
    shown = [_escaped(character) for character in whole[: longest + 1]]
    if sum(map(len, shown)) <= longest:
        return "".join(shown)
    while sum(map(len, shown)) > longest - len(_ELLIPSIS):
        shown.pop()
    return "".join(shown) + _ELLIPSIS


def quoted(text: object, longest: int = 80) -> str:
    """`printable` text between single quotes, which do not count in its length."""
    return f"'{printable(text, longest)}'"


_ELLIPSIS = "..."


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
