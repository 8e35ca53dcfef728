"""Which states a text names, whatever they are called: Congo, Kongo or 콩고; Kinshasa, N'Djamena.

Names come from ISO 3166 with its translations and from our own tables. The longest name wins, so
Equatorial Guinea is no Guinea, and a name that several states bear stands for all of them.
"""

import gettext
import re
import unicodedata
from functools import cache

import pycountry

from derisking.core import tables

LANGUAGES = ["de", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh_CN"]
# What neither ISO 3166 nor our tables have. Both states on the river are called Congo.
MORE_NAMES = {
    "congo": "COD COG",
    "kongo": "COD COG",
    "콩고": "COD COG",
    "конго": "COD COG",
    "刚果": "COD COG",
    "コンゴ": "COD COG",
    "zaire": "COD",
    "congo kinshasa": "COD",
    "congo brazzaville": "COG",
    "republic of congo": "COG",
    "democratic republic of congo": "COD",
    "drc": "COD",
    "dprk": "PRK",
    "rok": "KOR",
    "burma": "MMR",
    "ivory coast": "CIV",
    "uae": "ARE",
    "uk": "GBR",
    "britain": "GBR",
    "usa": "USA",
    "america": "USA",
    "turkey": "TUR",
    "vatican": "VAT",
    "macedonia": "MKD",
    "swaziland": "SWZ",
    "cape verde": "CPV",
    "czech republic": "CZE",
    "east timor": "TLS",
    # one seat, one code: see the table `states`
    "soviet union": "RUS",
    "ussr": "RUS",
    "sowjetunion": "RUS",
    "russland": "RUS",
    "russie": "RUS",
    "rusia": "RUS",
    "러시아": "RUS",
    "jugoslawien": "SRB",
    "yougoslavie": "SRB",
    "gulf of guinea": "",
    "new guinea": "PNG",
}
Lexicon = dict[tuple[str, ...], frozenset[str]]


def fold(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents, apostrophes and "the"."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=\w)['’ʼ`´](?=\w)", "", text))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    words = re.findall(r"\w+", unicodedata.normalize("NFC", bare).replace("_", " "))
    return [word for word in words if word != "the"]


def _turn(name: str) -> list[str]:
    """Return a name as ISO has it, and, if it is turned round, as people say it."""
    first, _, rest = name.partition(", ")
    return [name, f"{rest} {first}", first] if rest else [name]


@cache
def read_names(translated: bool) -> Lexicon:
    """Return the states that each name stands for, by the words of the name.

    Our texts are English, so `translated` names serve for what people ask, not for what rows say.
    """
    found: dict[tuple[str, ...], set[str]] = {}

    def add(name: str, codes: set[str]) -> None:
        found.setdefault(tuple(fold(name)), set()).update(codes)

    for state in pycountry.countries:
        for part in ("name", "common_name", "official_name"):
            if name := getattr(state, part, None):
                for turned in _turn(name)[:2]:
                    add(turned, {state.alpha_3})
    for row in tables.load_table("states", unsourced=True).itertuples():
        add(row.name.split(" (")[0], {row.iso3})
    posts = tables.load_table("missions", unsourced=True)
    for row in posts.itertuples():
        add(row.host.split(" (")[0], {row.iso3})
    single = posts.groupby("iso3")["city"].nunique()
    for row in posts[posts["iso3"].isin(single[single == 1].index)].itertuples():
        add(row.city, {row.iso3})
    for row in tables.load_table("relations", unsourced=True).itertuples():
        add(row.state.split(" (")[0], {row.iso3})
    if translated:
        for language in LANGUAGES:
            known = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
            for state in pycountry.countries:
                for name in {state.name, getattr(state, "common_name", state.name)}:
                    for turned in _turn(known.gettext(name))[:2]:
                        add(turned, {state.alpha_3})
    for name, codes in MORE_NAMES.items():
        found[tuple(fold(name))] = set(codes.split())
    return {words: frozenset(codes) for words, codes in found.items()}


@cache
def _longest(translated: bool) -> int:
    return max(map(len, read_names(translated)))


def split_names(text: str, translated: bool = False) -> list[tuple[str, frozenset[str] | None]]:
    """Return a text piece by piece: a name of states with their codes, or a word with None."""
    words, names, pieces = fold(text), read_names(translated), []
    place = 0
    while place < len(words):
        for length in range(min(_longest(translated), len(words) - place), 0, -1):
            part = tuple(words[place : place + length])
            if part in names:
                pieces.append((" ".join(part), names[part]))
                break
        else:
            length = 1
            pieces.append((words[place], None))
        place += length
    return pieces


def find_states(text: str, own: frozenset[str] = frozenset()) -> set[str]:
    """Return the codes of all states that an English text names; where a name stands for several,
    `own`, those that the row is about, decides."""
    found: set[str] = set()
    for _, codes in split_names(text):
        if codes:
            found |= codes & own or codes
    return found


@cache
def name_state(code: str) -> str:
    """Return the name that our tables give a state, or that of ISO 3166, or the code."""
    posts = tables.load_table("missions", unsourced=True)
    ours = posts.loc[posts["iso3"].eq(code), "host"]
    if len(ours):
        return ours.iloc[0]
    listed = pycountry.countries.get(alpha_3=code) or pycountry.historic_countries.get(alpha_3=code)
    return listed.name if listed else code
