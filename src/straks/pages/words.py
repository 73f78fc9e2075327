"""
What the gallery says, in Bokmål and English, and what every page says of its figures.

A sentence with ``{}`` takes a number or a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from straks.preview.words import WORDS as AROUND_A_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        **AROUND_A_MESSAGE["nb"],
        "messages": "Meldinger",
        "templates": "Maler",
        "about": "{}, hver med eksempelet, det verste fallet og en kort utgave. Verdiene er"
        " oppdiktet, og ingenting er sendt til noen.",
        "search": "Søk",
        "found": "{} av {} maler",
        "legend": "Hva ordene og tallene betyr",
        "no_template": "Her er ingen mal, så det er ingenting å vise.",
        "more_letters": "E-post: verste fall og korteste",
        "source": "Filene bak",
        "source_with": "Filene bak, med {} der de hører hjemme",
        "made_by": "Laget av",
    },
    "en": {
        **AROUND_A_MESSAGE["en"],
        "messages": "Messages",
        "templates": "Templates",
        "about": "{}, each with its example, its worst case and a short one. The values are made up;"
        " nobody was sent anything.",
        "search": "Search",
        "found": "{} of {} templates",
        "legend": "What the words and figures mean",
        "no_template": "There is no template, so there is nothing to show.",
        "more_letters": "E-mail: worst case and shortest",
        "source": "The files behind it",
        "source_with": "The files behind it, with {} where they are",
        "made_by": "Made by",
    },
}
"""Each sentence by its name, in each language there is."""

LEGEND: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        "Segment": "En SMS sendes og betales i segmenter. En tekst i GSM-7, det vanlige tegnsettet,"
        " får plass i ett så lenge den har høyst 160 tegn. Blir den lengre, deles den, og hvert"
        " segment tar 153. I boblen viser en tynn strek med et nummer hvor det neste begynner.",
        "UCS-2": "Er ett eneste tegn i teksten utenfor GSM-7, sendes hele meldingen i UCS-2, der ett"
        " segment bare tar 70 tegn. Slike tegn er streket under med rødt, og listen under telefonen"
        " sier hva du kan skrive i stedet.",
        "Septeter, kodeenheter": "Det plassen måles i. De fleste tegn tar én septet; €, [, ] og noen"
        " få til tar to. I UCS-2 telles kodeenheter, og en emoji tar minst to. «Ledig» er det som er"
        " igjen av det siste segmentet.",
        "Gatewayen teller, tjenesten noterer": "Gatewayen som sender for Altinn, teller på sin egen"
        " måte: det er den som avgjør hva som kommer fram, og mer enn 16 meldinger blir kuttet."
        " Tjenesten noterer et tredje tall, som ikke avgjør noe.",
        "Eksempel, verste fall, korteste": "Det en mal fylles med. Verste fall er de verdiene som"
        " gjør meldingen lengst; det er regnet ut for alle verdier som er lov, ikke prøvd.",
        "Feil, advarsel, råd": "Det reglene finner i teksten, med filen og linjen. Med en feil blir"
        " ingenting sendt før den er rettet. Reglene er skrevet på engelsk.",
    },
    "en": {
        "Segment": "An SMS is sent and paid for in segments. A text in GSM-7, the ordinary alphabet,"
        " fits into one as long as it has 160 characters at most. A longer one is cut up, and each"
        " segment holds 153. In the bubble a thin line with a number shows where the next begins.",
        "UCS-2": "A single character outside GSM-7 has all of the message sent in UCS-2, of which a"
        " segment holds 70 characters only. Such characters are underlined in red, and the list"
        " below the phone says what to write instead.",
        "Septets, code units": "What room is measured in. Most characters take one septet; €, [, ]"
        " and a few more take two. In UCS-2 code units are counted, and an emoji takes two at least."
        " “Spare” is what is left of the last segment.",
        "Gateway counts, service records": "The gateway that sends for Altinn counts in a way of its"
        " own: it decides what arrives, and cuts off what is beyond 16 messages. The service records"
        " a third figure, which decides nothing.",
        "Example, worst case, shortest": "What fills a template. The worst case is the values that"
        " make the message longest; it is worked out for every value that is allowed, and not tried.",
        "Error, warning, advice": "What the rules find in the text, with its file and line. With an"
        " error nothing is sent until it is mended.",
    },
}
"""What the words around a message mean, for whoever meets them for the first time."""
