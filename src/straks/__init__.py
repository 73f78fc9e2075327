"""
Instant messages from Norwegian public bodies, proven before they are sent.

The public names are here and are loaded on first use: importing straks loads no template engine, no
number plans and no HTTP.
"""

from __future__ import annotations

from importlib import import_module

from straks.core.display import paint_with

# typing.TYPE_CHECKING by another name: importing typing costs more than all the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from straks import altinn as altinn
    from straks import bulk as bulk
    from straks import journal as journal
    from straks import notebook as notebook
    from straks import preview as preview
    from straks import records as records
    from straks import simulator as simulator
    from straks.altinn.keeping import TokenEvent as TokenEvent
    from straks.altinn.place import Receipt as Receipt
    from straks.altinn.sealed import SealedOrder as SealedOrder
    from straks.altinn.status import Delivery as Delivery
    from straks.altinn.status import DeliveryStatus as DeliveryStatus
    from straks.altinn.status import OrderStatus as OrderStatus
    from straks.altinn.status import Shipment as Shipment
    from straks.altinn.token_source import TokenSource as TokenSource
    from straks.codes.conversation import Issued as Issued
    from straks.codes.one_time_codes import AsyncOneTimeCodes as AsyncOneTimeCodes
    from straks.codes.one_time_codes import OneTimeCodes as OneTimeCodes
    from straks.codes.record import CodeEvent as CodeEvent
    from straks.codes.record import CodeRecord as CodeRecord
    from straks.codes.rules import Verdict as Verdict
    from straks.codes.sending import Sent as Sent
    from straks.codes.settings import Destinations as Destinations
    from straks.codes.stores.memory import MemoryStore as MemoryStore
    from straks.codes.stores.postgres import PostgresStore as PostgresStore
    from straks.codes.stores.redis import RedisStore as RedisStore
    from straks.codes.stores.sqlite import SqliteStore as SqliteStore
    from straks.codes.watch import Alarm as Alarm
    from straks.codes.watch import AlarmKind as AlarmKind
    from straks.codes.watch import CodeWatch as CodeWatch
    from straks.core.bound import EmailBound as EmailBound
    from straks.core.bound import SmsBound as SmsBound
    from straks.core.bound import bound as bound
    from straks.core.bound_line import BoundLine as BoundLine
    from straks.core.bound_line import bound_line as bound_line
    from straks.core.bound_line import read_bound_line as read_bound_line
    from straks.core.email_address import EmailAddress as EmailAddress
    from straks.core.idempotency import SIMULATOR_KEY as SIMULATOR_KEY
    from straks.core.ledger import gateway_count as gateway_count
    from straks.core.locale import negotiate as negotiate
    from straks.core.manifest import Purpose as Purpose
    from straks.core.manifest import Repeat as Repeat
    from straks.core.markup import sanitize_html as sanitize_html
    from straks.core.message import ContentType as ContentType
    from straks.core.message import Email as Email
    from straks.core.message import Order as Order
    from straks.core.message import Sms as Sms
    from straks.core.parameter import Parameter as Parameter
    from straks.core.phone_number import PhoneKind as PhoneKind
    from straks.core.phone_number import PhoneNumber as PhoneNumber
    from straks.core.plain_text import plain_text as plain_text
    from straks.core.recipient import pseudonyms as pseudonyms
    from straks.core.record import Outcome as Outcome
    from straks.core.record import Record as Record
    from straks.core.segment import Encoding as Encoding
    from straks.core.segment import Segment as Segment
    from straks.core.segment import Segmentation as Segmentation
    from straks.core.segment import segment as segment
    from straks.core.substitute import Foreign as Foreign
    from straks.core.template import Template as Template
    from straks.errors import BrokenManifest as BrokenManifest
    from straks.errors import BrokenTemplate as BrokenTemplate
    from straks.errors import CodeLimit as CodeLimit
    from straks.errors import EmailFault as EmailFault
    from straks.errors import InDoubt as InDoubt
    from straks.errors import InvalidEmailAddress as InvalidEmailAddress
    from straks.errors import InvalidInput as InvalidInput
    from straks.errors import InvalidKey as InvalidKey
    from straks.errors import InvalidOrder as InvalidOrder
    from straks.errors import InvalidPayload as InvalidPayload
    from straks.errors import InvalidPhoneNumber as InvalidPhoneNumber
    from straks.errors import InvalidSetting as InvalidSetting
    from straks.errors import InvalidText as InvalidText
    from straks.errors import InvalidValue as InvalidValue
    from straks.errors import JournalFailed as JournalFailed
    from straks.errors import MissingExtra as MissingExtra
    from straks.errors import NoToken as NoToken
    from straks.errors import NotSent as NotSent
    from straks.errors import PhoneFault as PhoneFault
    from straks.errors import PolicyError as PolicyError
    from straks.errors import Refused as Refused
    from straks.errors import StoreFailed as StoreFailed
    from straks.errors import StraksError as StraksError
    from straks.errors import TemplateError as TemplateError
    from straks.errors import TooMany as TooMany
    from straks.errors import TooManySegments as TooManySegments
    from straks.errors import TooSoon as TooSoon
    from straks.errors import Unanswered as Unanswered
    from straks.errors import Unbounded as Unbounded
    from straks.errors import Undelivered as Undelivered
    from straks.errors import UnknownLocale as UnknownLocale
    from straks.errors import UnknownTemplate as UnknownTemplate
    from straks.errors import UnusableFile as UnusableFile
    from straks.errors import Withheld as Withheld
    from straks.journal.run import place_all as place_all
    from straks.journal.store import Journal as Journal
    from straks.loading import Catalog as Catalog
    from straks.plugins import load_rules as load_rules
    from straks.policies import Policy as Policy
    from straks.policy.engine import enforce as enforce
    from straks.policy.engine import inspect as inspect
    from straks.policy.rule import Finding as Finding
    from straks.policy.rule import Severity as Severity
    from straks.preview.picture import Picture as Picture
    from straks.preview.picture import picture as picture
    from straks.records.as_log import LogRecords as LogRecords
    from straks.records.lines import JsonLinesRecords as JsonLinesRecords
    from straks.records.otel import OtelRecords as OtelRecords
    from straks.records.sqlite import SqliteRecords as SqliteRecords
    from straks.transports import AsyncTransport as AsyncTransport
    from straks.transports import Transport as Transport
    from straks.transports.altinn import AltinnTransport as AltinnTransport
    from straks.transports.altinn import AsyncAltinnTransport as AsyncAltinnTransport
    from straks.transports.cursors import FileCursor as FileCursor
    from straks.transports.cursors import SqliteCursor as SqliteCursor
    from straks.transports.folder import FolderTransport as FolderTransport
    from straks.transports.memory import MemoryTransport as MemoryTransport
    from straks.transports.tokens.exchanged import ExchangedToken as ExchangedToken
    from straks.transports.tokens.exchanged import MaskinportenSidecar as MaskinportenSidecar
    from straks.transports.tokens.maskinporten import Maskinporten as Maskinporten
    from straks.transports.tokens.sources import TokenFile as TokenFile
    from straks.transports.watched import watched as watched

__version__ = "0.1.0"

# Where each public name lives. A test holds this table against the imports above.
_HOMES = {
    "straks.altinn.keeping": "TokenEvent",
    "straks.altinn.place": "Receipt",
    "straks.altinn.sealed": "SealedOrder",
    "straks.altinn.status": "Delivery DeliveryStatus OrderStatus Shipment",
    "straks.altinn.token_source": "TokenSource",
    "straks.codes.conversation": "Issued",
    "straks.codes.one_time_codes": "AsyncOneTimeCodes OneTimeCodes",
    "straks.codes.record": "CodeEvent CodeRecord",
    "straks.codes.rules": "Verdict",
    "straks.codes.sending": "Sent",
    "straks.codes.settings": "Destinations",
    "straks.codes.stores.memory": "MemoryStore",
    "straks.codes.stores.postgres": "PostgresStore",
    "straks.codes.stores.redis": "RedisStore",
    "straks.codes.stores.sqlite": "SqliteStore",
    "straks.codes.watch": "Alarm AlarmKind CodeWatch",
    "straks.core.bound": "EmailBound SmsBound bound",
    "straks.core.bound_line": "BoundLine bound_line read_bound_line",
    "straks.core.email_address": "EmailAddress",
    "straks.core.idempotency": "SIMULATOR_KEY",
    "straks.core.ledger": "gateway_count",
    "straks.core.locale": "negotiate",
    "straks.core.manifest": "Purpose Repeat",
    "straks.core.markup": "sanitize_html",
    "straks.core.message": "ContentType Email Order Sms",
    "straks.core.parameter": "Parameter",
    "straks.core.phone_number": "PhoneKind PhoneNumber",
    "straks.core.plain_text": "plain_text",
    "straks.core.recipient": "pseudonyms",
    "straks.core.record": "Outcome Record",
    "straks.core.segment": "Encoding Segment Segmentation segment",
    "straks.core.substitute": "Foreign",
    "straks.core.template": "Template",
    "straks.errors": (
        "BrokenManifest BrokenTemplate CodeLimit EmailFault InDoubt InvalidEmailAddress InvalidInput "
        "InvalidKey InvalidOrder InvalidPayload InvalidPhoneNumber InvalidSetting InvalidText "
        "InvalidValue JournalFailed MissingExtra NoToken NotSent PhoneFault PolicyError Refused "
        "StoreFailed StraksError "
        "TemplateError TooMany TooManySegments TooSoon Unanswered Unbounded Undelivered UnknownLocale "
        "UnknownTemplate UnusableFile Withheld"
    ),
    "straks.journal.run": "place_all",
    "straks.journal.store": "Journal",
    "straks.loading": "Catalog",
    "straks.plugins": "load_rules",
    "straks.policies": "Policy",
    "straks.policy.engine": "enforce inspect",
    "straks.policy.rule": "Finding Severity",
    "straks.preview.picture": "Picture picture",
    "straks.records.as_log": "LogRecords",
    "straks.records.lines": "JsonLinesRecords",
    "straks.records.otel": "OtelRecords",
    "straks.records.sqlite": "SqliteRecords",
    "straks.transports": "AsyncTransport Transport",
    "straks.transports.altinn": "AltinnTransport AsyncAltinnTransport",
    "straks.transports.cursors": "FileCursor SqliteCursor",
    "straks.transports.folder": "FolderTransport",
    "straks.transports.memory": "MemoryTransport",
    "straks.transports.tokens.exchanged": "ExchangedToken MaskinportenSidecar",
    "straks.transports.tokens.maskinporten": "Maskinporten",
    "straks.transports.tokens.sources": "TokenFile",
    "straks.transports.watched": "watched",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}
_SUBPACKAGES = ("altinn", "bulk", "journal", "notebook", "preview", "records", "simulator")

__all__ = sorted([*_HOME_OF, *_SUBPACKAGES, "__version__"])  # noqa: PLE0605 - one table, not two  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what is asked for decides the type
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
    elif name in _SUBPACKAGES:
        value = import_module(f"straks.{name}")
    else:
        raise AttributeError(f"module 'straks' has no attribute {name!r}")
    globals()[name] = value
    return value


def _painted(subject: Any) -> Mapping[str, str]:  # noqa: ANN401 - any of them
    """Return what a notebook shows of *subject*, a message, a template or a catalog."""
    from straks.preview.picture import picture

    return picture(subject).bundle()


paint_with(_painted)


def __dir__() -> list[str]:
    return __all__
