"""Ids in the one form in which they are compared, and who of two stands where."""

from collections.abc import Iterable, Mapping

import pandas as pd

from workbook.errors import FrameError

PLACES = ("a", "b")


def ids_as_text(ids: pd.Series) -> pd.Series:
    """Return ids as text, the one form in which they are compared and put in order.

    A whole number is the same id however it is stored, as a number or as text.

    >>> ids_as_text(pd.Series([9, 10.0, "10", None], dtype=object)).tolist()
    ['9', '10', '10', <NA>]
    """
    if pd.api.types.is_float_dtype(ids) or (pd.api.types.is_object_dtype(ids)):
        ids = ids.map(lambda one: int(one) if isinstance(one, float) and one.is_integer() else one).astype(
            object
        )
    return ids.astype("string")


def places(frame: pd.DataFrame, known: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return each person of each couple a place, 'a' or 'b'. Places are arbitrary but stable.

    Parameters
    ----------
    frame : DataFrame
        Anything with ``couple_id`` and ``person_id``.
    known : mapping of person id to 'a' or 'b', optional
        Places given elsewhere (`workbook.service.formats.values.Member.place`). They hold for a couple
        when all its persons in ``frame`` are named; other couples are placed by person id.

    Returns
    -------
    DataFrame
        ``couple_id``, ``person_id``, ``place``; one row per person.

    Raises
    ------
    FrameError
        A couple has more than two persons, or two in one place.

    Examples
    --------
    >>> people = pd.DataFrame({"couple_id": "c_1", "person_id": ["p_2", "p_1"]})
    >>> places(people)["person_id"].tolist(), places(people, {"p_2": "a", "p_1": "b"})["person_id"].tolist()
    (['p_1', 'p_2'], ['p_2', 'p_1'])
    """
    people = set(
        zip(*(ids_as_text(frame[name]).tolist() for name in ("couple_id", "person_id")), strict=True)
    )
    found = sorted((couple, place, person) for (couple, person), place in placed(people, known).items())
    columns = {"couple_id": [one[0] for one in found], "person_id": [one[2] for one in found]}
    return pd.DataFrame(columns | {"place": [one[1] for one in found]}, dtype="string")


def placed(
    people: Iterable[tuple[str, str]], known: Mapping[str, str] | None = None
) -> dict[tuple[str, str], str]:
    """Return the place of each of these persons, by couple and person id; see `places`."""
    known = known or {}
    couples: dict[str, list[str]] = {}
    for couple, person in sorted(set(people)):
        couples.setdefault(couple, []).append(person)
    n_more = sum(len(own) > len(PLACES) for own in couples.values())
    if n_more:
        raise FrameError(
            f"pairs: {n_more} couple(s) have more than two persons; give each couple an id of its own"
        )
    found = {}
    for couple, own in couples.items():
        given = [known.get(one) for one in own]
        at = PLACES if None in given else given
        for person, place in zip(own, at, strict=False):
            found[couple, person] = str(place)
        if len({found[couple, one] for one in own}) < len(own):
            raise FrameError(
                "pairs: two persons of a couple are both given the same place; give one 'a' and one 'b'"
            )
    return found
