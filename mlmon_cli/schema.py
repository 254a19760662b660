"""The JSON Schema of what stands in a dbt project, from the rules that the package prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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
    "duration": rf"^\s*\d{{1,6}}\s*(minute|hour|day|week)s?\s*{_END}",
    "n_of_m": rf"^\s*\d{{1,3}}\s+of\s+\d{{1,3}}\s*{_END}",
    "moment": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    rf"([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?Z?)?{_END}",
}
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
    forms = [_form(form) for form in (rule, rule.get("also")) if form]
    schema = forms[0] if len(forms) == 1 else {"anyOf": forms}
    meaning = re.sub(r"\[([^]]+)]\([^)]*\)", r"\1", rule.get("meaning", ""))
    legal = str(rule["legal"])
    texts = [text[0].upper() + text[1:] for text in (meaning, legal) if text]
    schema["description"] = ". ".join(text.rstrip(".") for text in texts) + "."
    if "default" in rule:
        schema["default"] = rule["default"]
    return schema


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
        "scalar": {"type": ["string", "number", "boolean"], "pattern": _TEXT},
    }
    return plain[kind]
