"""Whether a question is written in a language that our articles are not."""

from helpcenter.answers.stems import words_of

_FEWEST = 3
# The commonest words that English does not have.
_ELSEWHERE = [
    set(words.split())
    for words in (
        "ich ist nicht und der das die mein meine wie kann bitte warum wir auf für mit ein eine habe mich keine werden",
        "je ne pas est le la les mon ma comment puis pourquoi nous sur pour avec une des vous mes suis peux dans",
        "yo no es el la los mi cómo como puedo por qué que para con una del mis estoy quiero en se",
        "io non è il la le mio mia come posso perché per con una del sono miei vorrei che di",
        "ik niet is de het mijn hoe kan waarom voor met een en van mij geen",
        "eu não é o a os meu minha como posso por que para com uma do são meus",
    )
]
_ENGLISH = set(
    "the is are my i how do does can to what why where not and of in for with a an we you it when which".split()
)


def is_foreign(question: str) -> bool:
    """True for another script, or when another language's commonest words clearly outnumber the English ones."""
    letters = [letter for letter in question if letter.isalpha()]
    if letters and sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 2:
        return True
    words = words_of(question)
    english = sum(word in _ENGLISH for word in words)
    other = max(sum(word in some for word in words) for some in _ELSEWHERE)
    return len(words) >= _FEWEST and other >= 2 and other > 1.5 * english
