"""How long answering takes: words read at 200 a minute, and 4 seconds to choose each answer."""

from collections.abc import Iterable

WORDS_PER_MINUTE = 200
SECONDS_PER_ANSWER = 4
MOST_MINUTES = 8


def minutes_to_answer(texts: Iterable[str], n_answers: int) -> float:
    """Minutes for reading the texts once and giving the answers.

    The two rates are ours and provisional (``evidence.toml``, claim ``reading_rate``).

    Parameters
    ----------
    texts : iterable of str
        Everything read: introduction and items.
    n_answers : int
        How many answers are given.

    Returns
    -------
    float
        Minutes, to a tenth.

    Examples
    --------
    One hundred words and fifteen answers: half a minute and a minute.

    >>> minutes_to_answer(["word " * 100], 15)
    1.5
    """
    n_words = sum(len(text.split()) for text in texts)
    return round(n_words / WORDS_PER_MINUTE + n_answers * SECONDS_PER_ANSWER / 60, 1)
