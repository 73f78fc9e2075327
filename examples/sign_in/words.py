"""What the pages say, in bokmål and English."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "nb": {
        "title": "Logg inn",
        "number": "Mobilnummer med landskode",
        "ask": "Send meg en kode",
        "code_title": "Skriv inn koden",
        "sent": "Hvis vi kjenner nummeret, har vi sendt en kode til det. Den gjelder i {minutes} minutter.",
        "code": "Kode på {digits} siffer",
        "verify": "Logg inn",
        "again": "Send en ny kode",
        "wait": "Du kan be om en ny kode om {seconds} sekunder.",
        "other": "Bruk et annet nummer",
        "inside_title": "Du er logget inn",
        "inside": "Velkommen.",
        "sign_out": "Logg ut",
        "error": "Feil: ",
        "INVALID_OTP": "Koden er ikke riktig. Se etter i den nyeste meldingen, og prøv igjen.",
        "OTP_EXPIRED": "Koden er for gammel. Be om en ny.",
        "TOO_MANY_ATTEMPTS": "Koden er prøvd for mange ganger. Be om en ny.",
        "NO_OTP_FOUND": "Denne koden kan ikke brukes. Be om en ny.",
        "InvalidPhoneNumber": "Vi kan ikke sende SMS til det nummeret. Skriv det med landskode: +47.",
        "TooSoon": "Det er for tidlig å be om en ny kode. Vent i {seconds} sekunder.",
        "TooMany": "Du har bedt om for mange koder. Prøv igjen senere.",
        "StoreFailed": "Noe gikk galt hos oss. Prøv igjen om litt.",
        "elsewhere": "Skjemaet kom ikke fra denne siden. Gå tilbake og prøv igjen.",
    },
    "en": {
        "title": "Sign in",
        "number": "Mobile number with country code",
        "ask": "Send me a code",
        "code_title": "Enter the code",
        "sent": "If we know the number, we have sent a code to it. It is good for {minutes} minutes.",
        "code": "Code of {digits} digits",
        "verify": "Sign in",
        "again": "Send a new code",
        "wait": "You can ask for a new code in {seconds} seconds.",
        "other": "Use another number",
        "inside_title": "You are signed in",
        "inside": "Welcome.",
        "sign_out": "Sign out",
        "error": "Error: ",
        "INVALID_OTP": "The code is not right. Look at the newest message, and try again.",
        "OTP_EXPIRED": "The code is too old. Ask for a new one.",
        "TOO_MANY_ATTEMPTS": "The code has been tried too many times. Ask for a new one.",
        "NO_OTP_FOUND": "This code cannot be used. Ask for a new one.",
        "InvalidPhoneNumber": "We cannot send an SMS to that number. Write it with its country code: +47.",
        "TooSoon": "It is too soon to ask for a new code. Wait for {seconds} seconds.",
        "TooMany": "You have asked for too many codes. Try again later.",
        "StoreFailed": "Something went wrong on our side. Try again in a while.",
        "elsewhere": "The form did not come from this page. Go back and try again.",
    },
}
"""Texts by language and name; errors by the name of the verdict or of the exception."""
