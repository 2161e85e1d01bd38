"""Which passwords are guessed first: a list of words and patterns instead of a list of millions of passwords.

Almost all of the commonest passwords of ten letters or more are one common word with digits around it, a walk along the
keyboard, or a short piece repeated. Those are refused as kinds, in any spelling ("P@ssw0rd!2026").
"""

import re
import unicodedata
from typing import Final

from fairmark.identity.model import WeakPassword

PASSWORD_MIN: Final = 10

_WORD_LIST: Final = """
password passwort kennwort passwd mypassword newpassword mypass secret topsecret letmein opensesame welcome changeme
changenow default temporary temp guest user login admin administrator root super superuser test testing tester hello
helloworld iloveyou iloveu loveyou lovely loveme princess sunshine monkey dragon master shadow freedom whatever
computer internet samsung football baseball basketball soccer hockey superman batman spiderman starwars pokemon
minecraft naruto mustang ferrari thunder charlie jessica michael jennifer michelle daniel jordan ashley nicole
andrew thomas robert matthew anthony joshua alexander christopher christina elizabeth liverpool chelsea arsenal
barcelona manchester california chocolate butterfly strawberry flower cookie summer winter spring autumn january
february march april june july august september october november december monday friday qwerty qwertz azerty asdf
asdfgh zxcvbn abc abcd abcdef fairmark company office trustno blink correcthorsebatterystaple unbelievable
"""
_WORDS: Final = frozenset(_WORD_LIST.split())
_WALKS: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "zaq12wsxcde34rfvbgt56yhnmju7",
)
_LEET: Final = str.maketrans("0134578@$!", "oieastbasi")
_NOT_LETTERS: Final = re.compile(r"[\W\d_]+")


def refuse_weak(password: str, email: str) -> None:
    """Raises WeakPassword for one that is short, among the commonest, a plain pattern, or the e-mail address itself."""
    why = _weakness(password, email.strip().lower())
    if why:
        raise WeakPassword(
            f"This password {why}.", mend="Take four or five words at random, or let a password manager make one."
        )


def _weakness(password: str, email: str) -> str:
    plain = unicodedata.normalize("NFKC", password).lower()
    local = email.partition("@")[0]
    if len(password) < PASSWORD_MIN:
        return f"is shorter than {PASSWORD_MIN} characters"
    if _letters(plain) == _letters(email) or (plain.startswith(local) and not _letters(plain[len(local) :])):
        return "is your e-mail address"
    if _one_word(plain):
        return "is a common word with digits around it, among the first that are tried"
    return "is a plain pattern" if _repeats(plain) or _walks(plain) else ""


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text)


def _one_word(plain: str) -> bool:
    # Digits at the ends are decoration, digits inside stand for letters; "adminadmin" is one word as well.
    core = plain.strip("0123456789 .,;:-_+*/#!?$%&()=<>'\"~^|")
    spelled = _letters(core.translate(_LEET))
    half = spelled[: len(spelled) // 2]
    return bool({_letters(plain), spelled} & _WORDS) or (spelled == half * 2 and half in _WORDS)


def _repeats(plain: str) -> bool:
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, 5))


def _walks(plain: str) -> bool:
    # One walk, or two of them one after the other ("qwerty123456").
    return any(_is_walk(plain[:cut]) and _is_walk(plain[cut:]) for cut in range(3, len(plain) + 1))


def _is_walk(piece: str) -> bool:
    return any(piece in row or piece in row[::-1] for row in _WALKS)
