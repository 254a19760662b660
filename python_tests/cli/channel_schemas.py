"""What services document about the messages they take, as JSON schemas.

Slack: https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/methods/chat.postMessage
Teams: https://adaptivecards.io/explorer/ (version 1.4)
PagerDuty: https://developer.pagerduty.com/docs/events-api-v2/overview/
"""

from __future__ import annotations

from typing import Any


def _object(required: str, optional: str = "", **properties: Any) -> dict[str, Any]:
    """An object with exactly these keys; those without a schema of their own hold anything."""
    names = [*required.split(), *optional.split()]
    return {
        "type": "object",
        "required": required.split(),
        "properties": {name: properties.get(name, True) for name in names},
        "additionalProperties": False,
    }


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _mrkdwn(limit: int) -> dict[str, Any]:
    return _object(
        "type text",
        "verbatim",
        type={"const": "mrkdwn"},
        text=_text(limit),
        verbatim={"type": "boolean"},
    )


_PLAIN = _object(
    "type text", "emoji", type={"const": "plain_text"}, text=_text(150), emoji={"type": "boolean"}
)
_BLOCK = {
    "oneOf": [
        _object(
            "type text", "block_id", type={"const": "header"}, text=_PLAIN, block_id=_text(255)
        ),
        _object(
            "type text",
            "block_id",
            type={"const": "section"},
            text=_mrkdwn(3000),
            block_id=_text(255),
        ),
        _object(
            "type fields",
            "block_id",
            type={"const": "section"},
            fields={"type": "array", "minItems": 1, "maxItems": 10, "items": _mrkdwn(2000)},
            block_id=_text(255),
        ),
        _object(
            "type elements",
            "block_id",
            type={"const": "context"},
            elements={"type": "array", "minItems": 1, "maxItems": 10, "items": _mrkdwn(3000)},
            block_id=_text(255),
        ),
    ]
}
_BLOCKS = {"type": "array", "minItems": 1, "maxItems": 50, "items": _BLOCK}
_ATTACHMENTS = {"type": "array", "maxItems": 20, "items": _object("blocks", blocks=_BLOCKS)}
SLACK_WEBHOOK = _object(
    "text blocks", "attachments", text=_text(4000), blocks=_BLOCKS, attachments=_ATTACHMENTS
)
SLACK_UPDATE = _object(
    "channel ts text blocks",
    channel={"type": "string", "pattern": "^[CDG][A-Z0-9]+$"},
    ts={"type": "string", "pattern": r"^\d+\.\d+$"},
    text=_text(4000),
    blocks=_BLOCKS,
)
SLACK_API = {
    **_object(
        "channel text blocks",
        "thread_ts reply_broadcast unfurl_links unfurl_media metadata",
        channel=_text(80),
        text=_text(4000),
        blocks=_BLOCKS,
        thread_ts={"type": "string", "pattern": r"^\d+\.\d+$"},
        reply_broadcast={"type": "boolean"},
        unfurl_links={"type": "boolean"},
        unfurl_media={"type": "boolean"},
        metadata=_object(
            "event_type event_payload", event_type=_text(255), event_payload={"type": "object"}
        ),
    ),
    "dependentRequired": {"reply_broadcast": ["thread_ts"]},
}

_OPEN_URL = _object(
    "type url",
    "title",
    type={"const": "Action.OpenUrl"},
    url={"type": "string", "pattern": "^https?://"},
    title=_text(100),
)
_RUN = _object(
    "type text",
    "weight size isSubtle fontType selectAction",
    type={"const": "TextRun"},
    text={"type": "string"},
    weight={"enum": ["Lighter", "Default", "Bolder"]},
    size={"enum": ["Small", "Default", "Medium", "Large", "ExtraLarge"]},
    isSubtle={"type": "boolean"},
    fontType={"enum": ["Default", "Monospace"]},
    selectAction=_OPEN_URL,
)
_SPACING = {"enum": ["None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"]}
_RICH = _object(
    "type inlines",
    "spacing id",
    type={"const": "RichTextBlock"},
    inlines={"type": "array", "items": _RUN},
    spacing=_SPACING,
    id=_text(255),
)
_TEXT_BLOCK = _object(
    "type text",
    "wrap",
    type={"const": "TextBlock"},
    text={"type": "string", "pattern": "^<at>[^<>]+</at>( <at>[^<>]+</at>)*$"},
    wrap={"const": True},
)
_COLUMN = _object(
    "type items width",
    type={"const": "Column"},
    items={"type": "array", "items": {"oneOf": [_RICH, _TEXT_BLOCK]}},
    width={"type": "string", "pattern": r"^(auto|stretch|\d+px)$"},
)
_COLUMNS = _object(
    "type columns",
    "spacing id",
    type={"const": "ColumnSet"},
    columns={"type": "array", "minItems": 1, "items": _COLUMN},
    spacing=_SPACING,
)
_CONTAINER = _object(
    "type items",
    "style bleed id spacing isVisible",
    type={"const": "Container"},
    items={"type": "array", "minItems": 1, "items": {"oneOf": [_RICH, _COLUMNS]}},
    style={"enum": ["default", "emphasis", "good", "attention", "warning", "accent"]},
    bleed={"type": "boolean"},
    isVisible={"type": "boolean"},
)
_TOGGLE = _object(
    "type title targetElements",
    type={"const": "Action.ToggleVisibility"},
    title=_text(100),
    targetElements={"type": "array", "minItems": 1, "items": _text(255)},
)
_MENTION = _object(
    "type text mentioned",
    type={"const": "mention"},
    text={"type": "string", "pattern": "^<at>[^<>]+</at>$"},
    mentioned=_object("id name", id=_text(255), name=_text(255)),
)
_CARD = _object(
    "$schema type version body",
    "actions msteams",
    type={"const": "AdaptiveCard"},
    version={"enum": ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]},
    body={"type": "array", "minItems": 1, "items": {"oneOf": [_RICH, _CONTAINER, _COLUMNS]}},
    actions={"type": "array", "maxItems": 6, "items": {"oneOf": [_OPEN_URL, _TOGGLE]}},
    msteams=_object(
        "width",
        "entities",
        width={"const": "Full"},
        entities={"type": "array", "minItems": 1, "items": _MENTION},
    ),
)
ADAPTIVE_CARD = _object(
    "type attachments",
    type={"const": "message"},
    attachments={
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": _object(
            "contentType contentUrl content",
            contentType={"const": "application/vnd.microsoft.card.adaptive"},
            contentUrl={"type": "null"},
            content=_CARD,
        ),
    },
)

_PAYLOAD = _object(
    "summary source severity",
    "timestamp component group class custom_details",
    summary=_text(1024),
    source=_text(1024),
    severity={"enum": ["critical", "error", "warning", "info"]},
    timestamp={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"},
    component={"type": "string"},
    group={"type": "string"},
    custom_details={"type": "object"},
)
PAGERDUTY = {
    **_object(
        "routing_key event_action",
        "dedup_key payload client client_url links images",
        routing_key={"type": "string", "minLength": 32, "maxLength": 32},
        event_action={"enum": ["trigger", "acknowledge", "resolve"]},
        dedup_key=_text(255),
        payload=_PAYLOAD,
        client={"type": "string"},
        links={
            "type": "array",
            "items": _object("href", "text", href={"type": "string", "pattern": "^https?://"}),
        },
    ),
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "else": {"required": ["dedup_key"]},
}
