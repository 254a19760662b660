"""JSON Schemas of what a user writes.

That of monitors is made of the rules that the package prints, that of mlmon.yml of the keys that
channels, actions and routes declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlmon_cli.reader import RECORDED_AS, Key

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Rule = Mapping[str, Any]
Schema = dict[str, Any]

_END = r"(?![\s\S])"  # `$` would let a line's end pass in Python
_TEXT = r"\S"
_PATTERNS = {
    "text": _TEXT,
    "column": _TEXT,
    "sum": _TEXT,
    "timezone": _TEXT,
    "name": rf"^(?=[\s\S]*\S)[^,]*{_END}",
    "relation": rf"^(?=[\s\S]*\S)[^.]*(\.[^.]*)?{_END}",
    "time": rf"^([01]\d|2[0-3]):[0-5]\d{_END}",
    "period": rf"^\s*[1-9]\d{{0,4}}\s*(hour|day|week|month|year)s?\s*{_END}",
    "duration": rf"^\s*\d{{1,6}}\s*(minute|hour|day|week)s?\s*{_END}",
    "n_of_m": rf"^\s*\d{{1,3}}\s+of\s+\d{{1,3}}\s*{_END}",
    "date": rf"^\d{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]){_END}",
    "moment": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    rf"([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?Z?)?{_END}",
}
_JINJA = {"type": "string", "pattern": r"\{"}
_LARGEST = {"number": 1e300, "integer": 1_000_000_000}


def monitors_schema(rules: Mapping[str, Rule]) -> Schema:
    """Of dbt_project.yml or vars.yml, where `vars:` holds the monitors; `$defs` has the parts.

    A required key may stand in `mlmon_defaults` instead: where there are any, none is asked for.
    """
    monitors = {"$ref": "#/$defs/monitors"}
    complete = {"mlmon_monitors": {"additionalProperties": {"$ref": "#/$defs/complete"}}}
    variables = {
        "properties": {"mlmon_monitors": monitors, "mlmon_defaults": {"$ref": "#/$defs/monitor"}},
        "if": {"required": ["mlmon_defaults"]},
        "else": {"properties": complete},
    }
    return {
        "$schema": DRAFT,
        "title": "dbt_project.yml or vars.yml with monitors of mlmon",
        "properties": {
            "vars": {"$ref": "#/$defs/vars", "properties": {"mlmon": {"$ref": "#/$defs/vars"}}}
        },
        "$defs": {
            "vars": variables,
            "monitors": {
                "type": "object",
                "propertyNames": {"pattern": rf"^[A-Za-z0-9_.-]{{1,100}}{_END}"},
                "additionalProperties": {"$ref": "#/$defs/monitor"},
            },
            "monitor": _object(rules),
            "complete": _required(rules),
        },
    }


def settings_schema() -> Schema:
    """Of mlmon.yml, as it stands there: a value may be Jinja that reads the environment."""
    from mlmon_cli.action_settings import COMMON, action_types
    from mlmon_cli.notify.channels import channel_types
    from mlmon_cli.settings import MENTIONS, ROUTE

    channels, actions = {}, {}
    for name, channel in channel_types().items():
        keys = {key: declared for key, (_, declared) in channel.keys().items()}
        ways = [
            list(channel.needs(dict.fromkeys(given))) for given in ([], *([key] for key in keys))
        ]
        channels[name] = _target(keys, (RECORDED_AS,), ways, channel.delivers)
    for name, action in action_types().items():
        needed = [key for key, declared in action.keys.items() if declared.needed]
        actions[name] = _target(action.legal, COMMON, [needed], action.starts)
    asked = _target(
        {}, ("description", RECORDED_AS), [], "People are asked for it; nothing is started"
    )
    return {
        "$schema": DRAFT,
        "title": "mlmon.yml",
        "type": "object",
        "properties": {
            "channels": _by_type(channels),
            "routes": {"type": "array", "items": _route(ROUTE)},
            "owners": {
                "type": ["object", "null"],
                "description": "Whom messages mention, by the name of the owner",
                "additionalProperties": _owner(MENTIONS),
            },
            "actions": _by_type(actions, asked),
            "templates": {"type": "string"},
            "runbooks": {"type": "string"},
        },
        "additionalProperties": False,
    }


def _by_type(types: Mapping[str, Schema], untyped: Schema | None = None) -> Schema:
    """A mapping of names to blocks whose other keys depend on their `type`."""
    block: Schema = {
        "type": "object",
        "properties": {"type": {"enum": list(types)}},
        "required": [] if untyped else ["type"],
    }
    block["allOf"] = [
        {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": keys}
        for name, keys in types.items()
    ]
    if untyped:
        block["allOf"].append({"if": {"not": {"required": ["type"]}}, "then": untyped})
    return {"type": ["object", "null"], "additionalProperties": block}


def _target(
    keys: Mapping[str, Key], common: Iterable[str], ways: list[list[str]], does: str
) -> Schema:
    """One type of channel or action; `ways` are the sets of keys that it can do with."""
    properties = {key: _setting(declared) for key, declared in keys.items()}
    found = {"properties": {"type": {}, **properties, **{key: {} for key in common}}}
    required = [{"required": list(way)} for way in dict.fromkeys(map(tuple, ways)) if way]
    return {"description": does, **found, "additionalProperties": False} | (
        {"anyOf": required} if required else {}
    )


def _setting(declared: Key) -> Schema:
    forms: dict[str, Schema] = {
        "text": {"type": "string"},
        "a mapping": {"type": "object"},
        "a number": {"type": "number", "minimum": declared.least, "maximum": declared.most},
        "a whole number": {"type": "integer", "minimum": declared.least, "maximum": declared.most},
    }
    schema: Schema = (
        {"enum": list(declared.choices)} if declared.choices else forms.get(declared.form, {})
    )
    if declared.pattern:
        schema = {"type": "string", "pattern": f"^({declared.pattern}){_END}"}
    if schema and schema != forms["text"]:
        schema = {"anyOf": [schema, _JINJA]}
    hint = "A secret: keep it in the environment, \"{{ env_var('NAME') }}\"."
    return schema | ({"description": hint} if declared.secret else {})


def _route(legal: Mapping[str, Sequence[str]]) -> Schema:
    """`legal`: the keys, with the values that they may have, or any."""
    properties: dict[str, Schema] = {}
    for key, values in legal.items():
        name: Schema = (
            {"type": "string"} if not values else {"anyOf": [{"enum": list(values)}, _JINJA]}
        )
        properties[key] = (
            name if key == "severity" else {"anyOf": [name, {"type": "array", "items": name}]}
        )
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": ["channels"],
    }


def _owner(services: Mapping[str, tuple[str, str]]) -> Schema:
    """`services`: of each what an id must match, and in words."""
    properties: dict[str, Schema] = {}
    for service, (pattern, shape) in services.items():
        one = {"anyOf": [{"type": "string", "pattern": f"^({pattern}){_END}"}, _JINJA]}
        several = {"type": "array", "items": one, "minItems": 1}
        properties[service] = {
            "anyOf": [*one["anyOf"], several],
            "description": f"{shape[0].upper()}{shape[1:]}",
        }
    return {
        "type": "object",
        "properties": properties,
        "minProperties": 1,
        "additionalProperties": False,
    }


def _object(rules: Mapping[str, Rule]) -> Schema:
    properties = {key: _described(rule) for key, rule in rules.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _required(rules: Mapping[str, Rule]) -> Schema:
    """The keys that have to be there, those within blocks too."""
    found: Schema = {"required": [key for key, rule in rules.items() if rule.get("required")]}
    inner = {key: _required(rule["keys"]) for key, rule in rules.items() if "keys" in rule}
    found["properties"] = {key: one for key, one in inner.items() if one["required"]}
    return found if found["properties"] else {"required": found["required"]}


def _described(rule: Rule) -> Schema:
    """A key's value in all its forms, with what it means."""
    forms = [_form(form) for form in _forms(rule)]
    schema = forms[0] if len(forms) == 1 else {"anyOf": forms}
    meaning = re.sub(r"; see \[[^]]+]\(#[^)]*\)", "", rule.get("meaning", ""))  # of the page
    meaning = re.sub(r"\[([^]]+)]\([^)]*\)", r"\1", meaning).rstrip(".")
    meaning = f"{meaning[0].upper()}{meaning[1:]}. " if meaning else ""
    schema["description"] = f"{meaning}Legal: {rule['legal'].removeprefix('one of ')}"
    if "default" in rule:
        schema["default"] = rule["default"]
    return schema


def _forms(rule: Rule) -> list[Rule]:
    return [rule, *(_forms(rule["also"]) if "also" in rule else [])]


def _form(rule: Rule) -> Schema:
    kind = rule["type"]
    if kind == "mapping":
        schema: Schema = {"type": "object"}
        if "keys" in rule:
            schema = _object(rule["keys"]) | (_required(rule["keys"]) if rule.get("whole") else {})
        elif "of" in rule:
            schema["additionalProperties"] = _described(rule["of"])
        return schema | ({"minProperties": 1} if rule.get("non_empty") else {})
    if kind == "list":
        unique = {"uniqueItems": True} if rule.get("unique") else {}
        schema = {"type": "array", "items": _described(rule["of"]), **unique}
        return schema | ({"minItems": 1} if rule.get("non_empty") else {})
    if kind in _LARGEST:
        largest = _LARGEST[kind]
        most = {"maximum": rule.get("maximum", largest)}
        if "above" in rule:
            return {"type": kind, "exclusiveMinimum": rule["above"], **most}
        return {"type": kind, "minimum": rule.get("minimum", -largest), **most}
    if kind in _PATTERNS:
        said = {"patternErrorMessage": f"expected {rule['legal']}"}
        return {"type": "string", "pattern": _PATTERNS[kind], **said}
    plain: dict[str, Schema] = {
        "enum": {"enum": rule.get("values")},
        "off": {"const": False},
        "boolean": {"type": "boolean"},
        "string": {"type": "string"},
        "scalar": {
            **{"type": ["string", "number", "boolean"], "pattern": _TEXT},
            **{"minimum": -1e300, "maximum": 1e300},
        },
    }
    return plain[kind]
