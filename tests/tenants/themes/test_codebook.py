"""The codebook: what the shared one holds, and how levels make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.reasons import REASONS, Audience, Controllability
from tenants.themes.codebook import CODE_PATTERN, ThemeLevel, ThemeLine, merge_levels
from tenants.themes.defaults import SHARED_THEMES

SHARED = (ThemeLevel.SHARED, SHARED_THEMES)
LINES = st.builds(
    ThemeLine,
    code=st.sampled_from([one.code for one in SHARED_THEMES]),
    labels=st.dictionaries(st.sampled_from(["en", "fr"]), st.text(min_size=1), max_size=2),
    controllability=st.none() | st.sampled_from(Controllability),
    audience=st.none() | st.sampled_from(Audience),
    is_retired=st.none() | st.booleans(),
)


def test_every_reason_is_a_shared_theme_as_the_taxonomy_has_it() -> None:
    book = merge_levels([SHARED])
    for code, reason in REASONS.items():
        theme = book[code.value]
        assert (theme.controllability, theme.audience) == (reason.controllability, reason.audience)
        assert theme.labels == reason.wording
    assert len(book) == len(SHARED_THEMES)
    for theme in book.values():
        assert CODE_PATTERN.fullmatch(theme.code)
        assert set(theme.labels) == set(theme.descriptions) == {"en", "de"}
        assert (theme.is_retired, theme.level) == (False, ThemeLevel.SHARED)


@given(firm=LINES, own=LINES)
def test_the_nearest_level_that_says_something_wins(firm: ThemeLine, own: ThemeLine) -> None:
    levels = [SHARED, (ThemeLevel.FIRM, [firm]), (ThemeLevel.ORGANISATION, [own])]
    book, shared = merge_levels(levels), merge_levels([SHARED])
    assert list(book) == list(shared)
    for code, theme in book.items():
        lines = [one for one in (firm, own) if one.code == code]
        for name in ("controllability", "audience", "is_retired"):
            said = [getattr(one, name) for one in lines if getattr(one, name) is not None]
            assert getattr(theme, name) == [getattr(shared[code], name), *said][-1]
        labels = dict(shared[code].labels)
        for one in lines:
            labels |= one.labels
        assert theme.labels == labels
        assert theme.descriptions == shared[code].descriptions
    assert book[own.code].level is ThemeLevel.ORGANISATION


def test_a_new_theme_must_say_everything() -> None:
    whole = ThemeLine(
        "PARKING",
        labels={"de": "Parkplätze"},
        controllability=Controllability.CONTROLLABLE,
        audience=Audience.ORGANISATION,
    )
    theme = merge_levels([SHARED, (ThemeLevel.ORGANISATION, [whole])])["PARKING"]
    assert theme.label("fr") == theme.label(None) == "Parkplätze"
    assert theme.description("de") == ""
    with pytest.raises(ValueError, match="lacks"):
        merge_levels([(ThemeLevel.ORGANISATION, [ThemeLine("PARKING", labels={"de": "x"})])])
