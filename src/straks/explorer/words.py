"""
What the explorer says, in Bokmål and English; what stands around a message is in `straks.preview.words`.

What a rule finds is in English, and why a value does not fit; a page says of both that they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        "title": "Meldinger",
        "skip": "Gå til visningen",
        "templates": "Maler",
        "template": "Mal",
        "channel": "Kanal",
        "side_by_side": "Alle",
        "both": "Begge",
        "how": "Hvordan den vises",
        "filling": "Verdier",
        "no_values": "Denne malen har ingen felt.",
        "optional": "valgfri",
        "reset": "Tilbake til eksemplene",
        "case": "Fyll med",
        "given": "Verdiene",
        "worst": "Verste fall",
        "shortest": "Korteste",
        "scheme": "E-post i",
        "light": "Lyst",
        "dark": "Mørkt",
        "width": "Bredde",
        "phone": "Telefon, 360",
        "tablet": "Nettbrett, 600",
        "wide": "Skjerm, 800",
        "reveal": "Vis hemmelige verdier i Python-kallet",
        "preview": "Visning",
        "sms": "SMS",
        "email": "E-post",
        "call": "Python-kall",
        "copying": "Kopier",
        "copied": "Python-kallet er kopiert.",
        "not_copied": "Nettleseren kopierte ikke. Python-kallet er merket; kopier det med tastaturet.",
        "findings": "Funn",
        "inspecting": "Undersøker …",
        "sound": "Ingenting å utsette.",
        "one": "1 funn",
        "many": "{} funn",
        "sources": "Kilder",
        "nothing": "Her er ingen mal å vise ennå. Siden følger med, og viser den når den kommer.",
        "nothing_here": "Det er ingenting å vise for denne malen.",
        "stale": "Visningen venter på en verdi som passer.",
        "updated": "Endringen ble lagret kl. {}, og vises her.",
        "lost": "Ingen forbindelse. Start straks preview --watch på nytt; siden kobler seg på av seg selv.",
        "language": "Språk",
        "intro": "Rett en tekst i filen som er nevnt under den, og lagre: siden viser det straks.",
        "file": "Teksten står i",
        "unfit": "Passer ikke:",
    },
    "en": {
        "title": "Messages",
        "skip": "Skip to the preview",
        "templates": "Templates",
        "template": "Template",
        "channel": "Channel",
        "side_by_side": "All of them",
        "both": "Both",
        "how": "How it is shown",
        "filling": "Values",
        "no_values": "This template takes no values.",
        "optional": "optional",
        "reset": "Back to the examples",
        "case": "Fill with",
        "given": "The values",
        "worst": "Worst case",
        "shortest": "Shortest",
        "scheme": "E-mail in",
        "light": "Light",
        "dark": "Dark",
        "width": "Width",
        "phone": "Phone, 360",
        "tablet": "Tablet, 600",
        "wide": "Screen, 800",
        "reveal": "Show secret values in the Python call",
        "preview": "Preview",
        "sms": "SMS",
        "email": "E-mail",
        "call": "Python call",
        "copying": "Copy",
        "copied": "The Python call is copied.",
        "not_copied": "The browser did not copy. The Python call is selected; copy it with the keyboard.",
        "findings": "Findings",
        "inspecting": "Inspecting …",
        "sound": "Nothing was found.",
        "one": "1 finding",
        "many": "{} findings",
        "sources": "Sources",
        "nothing": "There is no template to show yet. This page keeps watch, and shows it when it comes.",
        "nothing_here": "There is nothing to show of this template.",
        "stale": "The preview waits for a value that fits.",
        "updated": "The change was saved at {}, and is shown here.",
        "lost": "No connection. Start straks preview --watch again; this page finds it by itself.",
        "language": "Language",
        "intro": "Improve a text in the file that is named below it, and save: the page shows it at once.",
        "file": "The text is in",
        "unfit": "Does not fit:",
    },
}
"""Each sentence by its name, in each language there is."""

_SAID_BY_A_SCRIPT: Final = {
    "copied": "copied",
    "notCopied": "not_copied",
    "lost": "lost",
    "stale": "stale",
    "updated": "updated",
    "inspecting": "inspecting",
}


def said(lang: str) -> dict[str, str]:
    """Return the sentences that a script says, by the name that it knows them by."""
    return {name: WORDS[lang][word] for name, word in _SAID_BY_A_SCRIPT.items()}
