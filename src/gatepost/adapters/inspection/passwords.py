"""Which words of a message may be the password of what is attached to it? The likeliest first, bounded."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

MOST = 200
SHORTEST, LONGEST = 3, 40  # characters
MOST_NAMED = 100  # places looked at in one text
NEAR = 120  # characters behind the word "password"
LOOKED_AT = 64 * 1024  # characters of all texts
NAMED = re.compile(
    r"(?i)pass(?:wor[dt]|code|phrase|wd)?\b|\bp(?:ass)?w\b|\bpwd\b|\bpin\b|\bcode\b|kennwort|mot de passe|contrase[nñ]a"
    r"|\bclave\b|\bsenha\b|wachtwoord|hasło|parola|пароль|密码|パスワード"
)
WORD = re.compile(rf"\S{{{SHORTEST},{LONGEST}}}")
AROUND = "\"'`\u00b4\u2018\u2019\u201c\u201d\xab\xbb()[]{}<>,;:.!?*_|="
QUOTES = AROUND.translate(dict.fromkeys(map(ord, ",;:.!?*_|=")))
LABEL = re.compile(r"(?:[^\W\d_]{1,12}[:=])(.{3,40})")  # `password:secret` without a blank


class Candidates(Sequence[str]):
    """`candidates` of these texts, looked for once somebody needs them: most documents have no password."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(texts)
        self.found: tuple[str, ...] | None = None

    def words(self) -> tuple[str, ...]:
        if self.found is None:
            self.found = candidates(self.texts)
        return self.found

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self.words()[index]

    def __len__(self) -> int:
        return len(self.words())

    def __iter__(self) -> Iterator[str]:
        return iter(self.words())


def candidates(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that stand behind a word for "password" first."""
    room, looked_at = LOOKED_AT, []
    for text in texts:
        looked_at.append(text[:room])
        room -= len(looked_at[-1])
    found: dict[str, None] = {}
    for text in looked_at:
        for named in islice(NAMED.finditer(text), MOST_NAMED):
            collect(found, words_of(text[named.end() : named.end() + NEAR]), MOST // 2)
    for text in looked_at:
        collect(found, words_of(text), MOST)
    return tuple(found)


def collect(found: dict[str, None], words: Iterable[str], most: int) -> None:
    for word in words:
        if len(found) >= most:
            return
        found.setdefault(word)


def words_of(text: str) -> Iterator[str]:
    """Each as it stands, and without what is around it: a password may end in a full stop, a sentence does."""
    for match in WORD.finditer(text):
        yield from [form for form in forms(match[0]) if len(form) >= SHORTEST]


def forms(word: str) -> Iterator[str]:
    bare = word.strip(AROUND)
    yield bare
    if labelled := LABEL.fullmatch(bare):
        yield labelled[1]
    if word != bare:
        ended = word.rstrip(".,;:")
        yield ended.strip(QUOTES)
        yield ended
        yield word
