"""Invented names, a few of them frequent and most of them rare, as in a register."""

from bisect import bisect
from itertools import accumulate
from random import Random


class Names:
    """`names(again)` is one of them; `count` is how many words there are at most."""

    BEGINNINGS = ("b", "br", "c", "ch", "d", "f", "g", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "")
    MIDDLES = ("a", "e", "i", "o", "u", "ou", "ai", "é", "an", "on", "in", "eu", "oi", "è", "y")
    ENDINGS = ("", "n", "r", "s", "t", "rd", "ier", "et", "ot", "eau", "ski", "ez", "i", "a", "e", "ille", "ault")

    def __init__(self, chance: Random, count: int) -> None:
        self.chance = chance
        self.words = sorted({self._word() for _ in range(count)})
        chance.shuffle(self.words)
        self.shares = list(accumulate(1 / (rank + 8) for rank in range(len(self.words))))

    def __call__(self, again: float) -> str:
        """A name; of two words in a share of cases."""
        twice = self.chance.random() < again
        return " ".join(self._drawn() for _ in range(1 + twice))

    def _drawn(self) -> str:
        return self.words[bisect(self.shares, self.chance.random() * self.shares[-1])]

    def _word(self) -> str:
        syllables = self.chance.choice((1, 2, 2, 2, 3))
        begun = "".join(
            self.chance.choice(self.BEGINNINGS) + self.chance.choice(self.MIDDLES) for _ in range(syllables)
        )
        return (begun + self.chance.choice(self.ENDINGS)).capitalize()


def mistyped(chance: Random, word: str) -> str:
    """A letter changed, left out, typed twice or added, or two in the wrong order."""
    at, letter = chance.randrange(len(word)), chance.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = word[:at], word[at], word[at + 1 :]
    wrong = (letter + after, after, here + here + after, letter + here + after, after[:1] + here + after[1:])
    return before + chance.choice(wrong) or word
