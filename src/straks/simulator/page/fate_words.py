"""
What happens at each fate, in Bokmål for the page; in English the fates say it themselves.

A fate that says no more than the status it ends in says the same in every language, and is not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.simulator.fate import Fate

_SENT_AND_LOST: Final = "meldingen er sendt og ordren ikke lagret, så en gjentakelse sender igjen"

BOKMAL: Final[Mapping[str, str]] = {
    "late": "leveres etter 45 sekunder: telefonen var av, eller postkassen opptatt",
    "last-moment": "leveres et halvt sekund før gatewayen gir opp, og den teller hele minutter: med"
    " 60 sekunders levetid er meldingen på telefonen og vises likevel som SMS_Failed_TTL",
    "phone-off": "telefonen er av til gatewayen gir opp; hvilken frist som løper ut først, avgjør om"
    " det vises som SMS_Failed_Expired eller SMS_Failed_TTL",
    "never-final": "blir stående i SMS_Sending eller Email_Sending for alltid, og kommer aldri i"
    " statusstrømmen",
    "ttl": "nettet tar imot og melder aldri fra; 300 sekunder etter utløpet er statusen …_Failed_TTL",
    "failed": "…_Failed, uten noen grunn",
    "invalid-recipient": "gatewayen avviser nummeret: 201 likevel, og SMS_Failed_InvalidRecipient",
    "new-word": "en endelig status som ikke står på noen liste ennå; listen har vokst før",
    "pretended": "ser levert ut og er det ikke: det TT02 gjør med et nummer som ikke er på noen"
    " liste over tillatte",
    "transient-error": "Email_Failed_TransientError, som står på listen og sjelden ses: se transient",
    "transient": "e-postnettet er opptatt: statusen er Email_New, og den vanlige køen leverer et"
    " minutt senere",
    "refuse-connection": "ingen lytter; over HTTP i så mange sekunder, i minnet for så mange forespørsler",
    "drop-before-sending": "forbindelsen brytes før noe er sendt",
    "hang": "det kommer aldri noe svar, og ingenting er sendt",
    "302": "en gateway foran sender kalleren til en side av sine egne; ingenting er sendt",
    "401": "tokenet godtas ikke; ingenting er sendt",
    "429": "en gateway foran har fått nok, og sier når du kan komme igjen; ingenting er sendt",
    "502": "en gateway foran når ikke fram til tjenesten; ingenting er sendt",
    "503-in-front": "en gateway foran er stengt, og sier når du kan komme igjen; ingenting er sendt",
    "500": "tjenesten klarer ikke å slå opp id-en: en tom 500, og ingenting er sendt",
    "503": "meldingen lar seg ikke overlevere: NOT-00004, og ingenting er sendt",
    "delay": "meldingen sendes med en gang, og ordren lagres etter så mange sekunder; den som går før"
    " det, finner ingenting lagret, og en gjentakelse sender igjen; fra 30 sekunder (100 for e-post)"
    " blir det en 503",
    "hang-after-sending": f"det kommer aldri noe svar: {_SENT_AND_LOST}",
    "drop-after-sending": f"forbindelsen brytes: {_SENT_AND_LOST}",
    "499": f"noe på veien ga opp først, NOT-00002: {_SENT_AND_LOST}",
    "500-after-sending": f"ordren lar seg ikke lagre, en tom 500: {_SENT_AND_LOST}",
    "503-after-sending": f"gatewayens ja går tapt, NOT-00004: {_SENT_AND_LOST}",
    "504": f"en gateway foran ble lei av å vente: {_SENT_AND_LOST}",
    "delay-answer": "sendt og lagret; svaret kommer etter så mange sekunder",
    "hang-answer": "sendt og lagret; svaret kommer aldri",
    "drop-answer": "sendt og lagret; forbindelsen brytes før svaret",
    "cut-answer": "sendt og lagret; svaret brytes av på midten",
    "empty-answer": "sendt og lagret; svaret er 200 eller 201 uten noe innhold",
    "garbage": "sendt og lagret; svaret er 200 eller 201 og en side med HTML",
    "not-http": "sendt og lagret; det som kommer tilbake, er ikke HTTP",
    "drip": "sendt og lagret; svaret kommer byte for byte, og bruker så mange sekunder",
}


def says(fate: Fate, lang: str) -> str:
    """Return what happens at *fate*, in a language of the page."""
    return BOKMAL.get(fate.name, fate.says) if lang == "nb" else fate.says
