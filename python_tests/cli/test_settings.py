"""mlmon.yml: every mistake at once, and no secret in any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cli_support import ROOT
from jsonschema import Draft202012Validator

from mlmon_cli.action_settings import action_types
from mlmon_cli.commands.doctor import _literal_secrets
from mlmon_cli.errors import MlmonError
from mlmon_cli.notify import channels
from mlmon_cli.notify.channel import Sending
from mlmon_cli.notify.channels import channel_types
from mlmon_cli.notify.sample import sample
from mlmon_cli.schema import settings_schema
from mlmon_cli.settings import DEFAULT, Settings, load_settings
from python_tests.harness import PACKAGE

SECRET = "https://hooks.example.com/services/T000/B000/s3cr3t"


def load(tmp_path: Path, text: str, strict: bool = True, **environment: str) -> Settings:
    (tmp_path / "mlmon.yml").write_text(text)
    return load_settings(tmp_path, environment, strict=strict)


def mistakes(tmp_path: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(MlmonError) as error:
        load(tmp_path, text, **environment)
    for value in environment.values():
        assert value not in str(error.value)
    return [line.removeprefix("  - ") for line in str(error.value).splitlines()]


def test_without_a_file_everything_goes_to_stdout(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == DEFAULT
    assert load(tmp_path, "# nothing yet\n").channels == DEFAULT.channels


def test_a_whole_file(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    settings = load(
        tmp_path,
        """
channels:
  team: {type: slack, url: "{{ env_var('SLACK_URL') }}", retries: 2}
  log: {type: file, path: out.jsonl}
routes:
  - {severity: error, families: [performance], channels: [team]}
  - {channels: [log]}
actions: {retrain: {description: Again}}
templates: words
""",
        SLACK_URL=SECRET,
    )
    team, log = settings.channels
    assert team.url == SECRET
    assert team.retries == 2
    assert team.variables == ("SLACK_URL",)
    assert log.path == "out.jsonl"
    assert settings.routes[0].severity == "error"
    assert settings.actions == {"retrain": "Again"}
    assert settings.templates == tmp_path / "words"
    assert "s3cr3t" not in repr(settings)
    assert team.described() == "channel 'team' (from SLACK_URL)"


def test_every_mistake_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
chanels: {}
channels:
  a: {type: slak, url: "{{ env_var('A') }}"}
  b: {type: slack}
  c: {type: webhook, url: "{{ env_var('C') }}", retrys: 3, timeout_seconds: soon}
  d: {type: file, path: x, url: http://x}
  e: {type: webhook, url: "{{ env_var('NOT_SET') }}"}
  f: webhook
  g: {type: webhook, url: "{{ env_vr('C') }}"}
routes:
  - {severity: eror, channels: [aa, c], families: [performence]}
  - {monitors: [x]}
actions: {retrain: {descripton: x}}
templates: nowhere
""",
        A="a-secret",
        C="ftp://not-http/s3cr3t",
    )
    assert found[0].startswith("mlmon.yml: 16 mistakes")
    text = "\n".join(found)
    for told in (
        "unknown key 'chanels' \N{EM DASH} did you mean 'channels'? Legal: channels, routes",
        "channel 'a': unknown type 'slak' \N{EM DASH} did you mean 'slack'? Legal: apprise, email, file, pagerduty",
        "channel 'b': type slack needs 'url'",
        "channel 'c': unknown key 'retrys' \N{EM DASH} did you mean 'retries'?",
        "channel 'c': timeout_seconds: must be a number from 0.001 to 3600, found text",
        "channel 'c': url (from C) is not an http(s) address",
        "channel 'd': unknown key 'url'. Legal: type, path",
        "channel 'e': environment variable NOT_SET is not set",
        "channel 'f': must be a mapping, found text",
        "channel 'g': cannot be rendered: 'env_vr' is undefined",
        "route 1: channels: unknown name 'aa'",
        "route 1: severity: unknown value 'eror' \N{EM DASH} did you mean 'error'?",
        "route 1: families: unknown name 'performence' \N{EM DASH} did you mean 'performance'?",
        "route 2: needs 'channels'",
        "action 'retrain': unknown key 'descripton' \N{EM DASH} did you mean 'description'?",
        "templates: there is no directory",
    ):
        assert told in text


def test_an_unquoted_value_is_explained(tmp_path: Path) -> None:
    (line,) = mistakes(
        tmp_path, "channels:\n  a:\n    type: slack\n    url: {{ env_var('A') }}\n", A=SECRET
    )
    assert "must be quoted" in line
    assert "line 4" in line


@pytest.mark.parametrize("value", ["not a url", "http://[::1", "//x/y", "https://"])
def test_a_bad_address_is_not_shown(tmp_path: Path, value: str) -> None:
    text = "channels: {a: {type: webhook, url: \"{{ env_var('A') }}\"}}"
    found = mistakes(tmp_path, text, A=value)
    assert "channel 'a': url (from A) is not an http(s) address" in found


def test_a_header_must_be_one_line(tmp_path: Path) -> None:
    text = """
channels:
  a: {type: webhook, url: http://x, headers: {X: "{{ env_var('A') }}"}}
"""
    found = mistakes(tmp_path, text, A="s3cr3t\r\nX-Evil: 1")
    assert "channel 'a': headers: 'X' must be one line of text" in found


def test_a_default_and_a_dry_run_do_without_the_environment(tmp_path: Path) -> None:
    text = "channels: {a: {type: webhook, url: \"{{ env_var('A', 'http://localhost:1') }}\"}}"
    assert load(tmp_path, text).channels[0].url == "http://localhost:1"
    text = text.replace(", 'http://localhost:1'", "")
    assert load(tmp_path, text, strict=False).channels[0].missing == ("A",)


def test_jinja_in_the_file_can_do_nothing_else(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, "channels: {a: {type: file, path: \"{{ ''.__class__.__mro__[1] }}\"}}"
    )
    assert "cannot be rendered" in found[1]


def test_the_wrong_extension_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlmon.yaml").write_text("")
    with pytest.raises(MlmonError, match=r"the file's name is mlmon\.yml"):
        load_settings(tmp_path, {})


def test_channels_of_services(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
channels:
  slack: {type: slack, token: "{{ env_var('TOKEN') }}", channel: "#models"}
  teams: {type: teams, url: "{{ env_var('URL') }}"}
  mail: {type: email, host: h, from: M <m@x.org>, to: "a@x.org, b@x.org", security: tls}
  pager: {type: pagerduty, routing_key: "{{ env_var('TOKEN') }}"}
  other: {type: apprise, url: "mailto://u:{{ env_var('TOKEN') }}@x.org"}
  hook: {type: webhook, url: "{{ env_var('URL') }}", secret: "{{ env_var('TOKEN') }}"}
routes:
  - {owners: [growth], channels: [mail]}
  - {tags: [revenue, eu], severity: error, channels: [pager]}
runbooks: https://example.com/runbooks/
""",
        URL=SECRET,
        TOKEN="t0k3n",
    )
    slack, teams, mail, pager, other, hook = settings.channels
    assert slack.url == "https://slack.com/api/chat.postMessage"
    assert pager.url == "https://events.pagerduty.com/v2/enqueue"
    assert mail.recipients == ("a@x.org", "b@x.org")
    assert mail.port == 465
    assert other.url == "mailto://u:t0k3n@x.org"
    assert [c.name for c in settings.channels if c.has_threads] == ["slack", "mail", "pager"]
    assert teams.url == hook.url == SECRET
    assert settings.runbooks == "https://example.com/runbooks"
    assert "t0k3n" not in repr(settings)
    assert "s3cr3t" not in repr(settings)
    asked = settings.asked_of_the_warehouse
    assert [
        (route["channels"], route["owners"], route["tags"], route["severity"])
        for route in asked["routes"]
    ] == [
        (["mail"], ("growth",), (), "warn"),
        (["pager"], (), ("revenue", "eu"), "error"),
    ]
    assert asked["threads"] == ["slack", "mail", "pager"]
    assert asked["pagers"] == ["pager"]


def test_owners(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
owners:
  growth: {slack: S0123ABC, teams: [ana@example.com, 00000000-1111-2222-3333-abcdefabcdef]}
  ana: {slack: "{{ env_var('ANA') }}"}
""",
        ANA="U042",
    )
    assert settings.owners["growth"] == {
        "slack": ("S0123ABC",),
        "teams": ("ana@example.com", "00000000-1111-2222-3333-abcdefabcdef"),
    }
    assert settings.owners["ana"] == {"slack": ("U042",)}
    found = mistakes(
        tmp_path,
        """
owners:
  a: {slack: "@ana"}
  b: {slak: U042}
  c: {teams: Growth team}
  d: {}
  e: [U042]
  f: {slack: {id: U042}}
  g: {slack: "<!channel>"}
""",
    )
    for told in (
        "owner 'a': slack: '@ana' is not the id of a member (U…) or of a user group (S…)",
        "owner 'b': unknown key 'slak' — did you mean 'slack'? Legal: slack, teams",
        "owner 'c': teams: 'Growth team' is not a sign-in address such as ana@example.com",
        "owner 'd': needs one of slack, teams",
        "owner 'e': must be a mapping, found a list",
        "owner 'f': slack: must be a list of names, found a mapping",
        "owner 'g': slack: '<!channel>' is not the id",
    ):
        assert any(told in mistake for mistake in found), (told, found)


def test_mistakes_of_services(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
channels:
  slack: {type: slack, channel: "#models"}
  neither: {type: slack}
  mail: {type: email, host: h, from: nobody, to: [x@y.z, "{{ env_var('A') }}"], port: 0}
  clear: {type: email, host: h, from: a@b.c, to: [], security: none, username: u, password: p}
  half: {type: email, host: h, from: a@b.c, to: a@b.c, username: u, security: startls}
  hidden: {type: email, host: h, from: a@b.c, to: a@b.c, security: "{{ env_var('B') }}"}
  pager: {type: pagerduty, url: ftp://x, routingkey: x}
  "action:x": {type: stdout}
runbooks: docs/
""",
        A="a-secret",
        B="b-secret",
    )
    text = "\n".join(found)
    for told in (
        "channel 'slack': type slack needs 'token'",
        "channel 'neither': type slack needs 'url', or 'token' and 'channel'",
        "channel 'mail': from: is not a mail address",
        "channel 'mail': to: holds what is not a mail address",
        "channel 'mail': port: must be a whole number from 1 to 65535",
        "channel 'clear': type email needs 'to'",
        "channel 'clear': security: is none, which would send the password in the clear",
        "channel 'half': needs both 'username' and 'password', or neither",
        "channel 'half': security: unknown value 'startls' \N{EM DASH} did you mean 'starttls'?",
        "channel 'hidden': security: its value is unknown. Legal: starttls, tls, none",
        "channel 'pager': unknown key 'routingkey' \N{EM DASH} did you mean 'routing_key'?",
        "channel 'pager': type pagerduty needs 'routing_key'",
        "channel 'pager': url is not an http(s) address",
        "channel 'action:x': a channel's name cannot begin with 'action:'",
        "runbooks: must be the http(s) address of a directory of pages",
    ):
        assert told in text
    assert found[0].startswith("mlmon.yml: 15 mistakes")


def table_of(heading: str) -> dict[str, tuple[set[str], str]]:
    """Rows of a table of types on the page about notifications: keys and the last column."""
    page = (ROOT / "docs" / "notifications.md").read_text()
    shown = {}
    for row in page.split(f"| {heading} |\n")[1].split("\n\n")[0].splitlines()[1:]:
        name, keys, says = (cell.strip() for cell in row.strip("|").split("|"))
        words = set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", keys))) - {"or", "and"}
        shown[name] = (words, says)
    return shown


SHARED = {"headers", "timeout_seconds", "retries", "backoff_seconds"}


def test_the_page_lists_every_type_of_channel_with_its_keys() -> None:
    types = channel_types()
    shown = table_of("type | keys | delivers")
    assert shown == {n: (set(kind.keys()) - SHARED, kind.delivers) for n, kind in types.items()}
    local = [name for name in shown if not types[name].is_remote]
    told = f"All but {' and '.join(local)} take `timeout_seconds`"
    assert told in (ROOT / "docs" / "notifications.md").read_text()


def test_the_page_lists_every_type_of_action_with_its_keys() -> None:
    shown = table_of("type | keys | starts")
    assert shown == {n: (set(kind.keys), kind.starts) for n, kind in action_types().items()}


PIGEON = """
from dataclasses import dataclass
from mlmon_cli.notify.channel import Channel, key
from mlmon_cli.notify.formats import headline

@dataclass(frozen=True, kw_only=True)
class Pigeon(Channel):
    type, delivers = "pigeon", "a note"
    loft: str = key(needed=True)
    ring: str = key(secret=True)

    def send(self, message, how):
        (how.root / self.loft).write_text(headline(message))
        return "seen off"

CHANNEL = Pigeon
"""


@pytest.fixture
def pigeon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more type of channel, as one file beside the others."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "pigeon.py").write_text(PIGEON)
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path / "more")])
    channel_types.cache_clear()
    yield
    channel_types.cache_clear()


@pytest.mark.usefixtures("pigeon")
def test_a_type_of_channel_is_one_file(tmp_path: Path) -> None:
    text = "channels: {loft: {type: pigeon, loft: note.txt, ring: r3al, RETRIES}}"
    (channel,) = load(tmp_path, text.replace(", RETRIES", "")).channels
    assert channel.send(sample("loft"), Sending(tmp_path)) == "seen off"
    assert "precision" in (tmp_path / "note.txt").read_text()
    assert "r3al" not in repr(channel)
    assert channel.secrets() == {"ring": "it"}
    found = mistakes(
        tmp_path, text.replace("RETRIES", "retries: 3").replace("loft: note.txt, ", "")
    )
    assert found[1:] == [
        "channel 'loft': unknown key 'retries'. Legal: type, loft, ring, recorded_as",
        "channel 'loft': type pigeon needs 'loft'",
    ]


def test_actions(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
actions:
  ask: {description: By hand}
  retrain: {type: airflow, url: "{{ env_var('URL') }}", dag: "retrain_{monitor}", token: "{{ env_var('TOKEN') }}"}
  review: {type: command, command: [label, "--segment={segment_value}"], not_within: 12 hours}
""",
        URL="https://s3cr3t.example.com",
        TOKEN="t0k3n",
    )
    assert settings.actions == {"ask": "By hand", "retrain": "", "review": ""}
    assert list(settings.triggers) == ["retrain", "review"]
    retrain, review = settings.triggers.values()
    assert retrain.not_within.days == 7
    assert retrain.wait_for_labels
    assert not review.wait_for_labels  # a review is how labels come about
    assert review.not_within.total_seconds() == 12 * 3600
    assert "s3cr3t" not in repr(settings)
    assert "t0k3n" not in repr(settings)
    assert retrain.described() == "action 'retrain' (from URL, TOKEN)"


def test_mistakes_of_actions(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
actions:
  a: {type: airfow}
  b: {type: airflow, url: "{{ env_var('A') }}", dagg: x, api: v3, token: x, username: y}
  c: {type: command, command: "rm -rf {monitor}"}
  d: {command: [x]}
  e: {type: command, command: [x, "{moniter}"], not_within: soon, wait_for_labels: maybe}
  f: {type: github, repository: acme, token: "{{ env_var('NOT_SET') }}"}
  g: {type: webhook, url: http://x, body: [1]}
  h: {type: command, command: [x], url: http://x}
""",
        A="not-an-address",
    )
    text = "\n".join(found)
    for told in (
        "action 'a': unknown type 'airfow' \N{EM DASH} did you mean 'airflow'? Legal: airflow, command",
        "action 'b': unknown key 'dagg' \N{EM DASH} did you mean 'dag'?",
        "action 'b': type airflow needs 'dag'",
        "action 'b': api: unknown value 'v3'",
        "action 'b': has 'token' and 'username'; choose one",
        "action 'b': url (from A) is not an http(s) address",
        "action 'c': command: must be a list of arguments such as [python, retrain.py], found text",
        "action 'd': has 'command' but no 'type'. Legal: airflow, command, dagster",
        "action 'e': command: unknown placeholder {moniter} \N{EM DASH} did you mean 'monitor'?",
        "action 'e': not_within: must be a duration such as '7 days' or '12 hours'",
        "action 'e': wait_for_labels: must be true or false",
        "action 'f': environment variable NOT_SET is not set",
        "action 'f': repository: must be owner/name",
        "action 'g': body: must be a mapping, found a list",
        "action 'h': unknown key 'url'",
    ):
        assert told in text
    assert found[0].startswith("mlmon.yml: 15 mistakes")


def test_doctor_names_secrets_that_stand_in_the_file(tmp_path: Path) -> None:
    text = """
channels:
  pager: {type: pagerduty, routing_key: r3al}
  hook: {type: webhook, url: "https://example.com/r3al"}
  here: {type: webhook, url: "http://localhost:1"}
  fine: {type: slack, token: "{{ env_var('TOKEN') }}", channel: c}
actions: {retrain: {type: airflow, url: "https://example.com", dag: d, token: r3al}}
"""
    found = [str(f["message"]) for f in _literal_secrets(load(tmp_path, text, TOKEN="x"))]
    assert [message.partition(" in the file")[0] for message in found] == [
        "channel 'pager' has its routing_key",
        "channel 'hook' has its url",
        "action 'retrain' has its token",
    ]
    assert "r3al" not in "".join(found)


def test_editors_are_told_the_same(tmp_path: Path) -> None:
    """The JSON Schema of the file takes what is legal here, and refuses unknown keys, wrong types and values out of range."""
    schema = settings_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    legal = """
channels:
  team: {type: slack, url: "{{ env_var('A') }}", retries: 2, recorded_as: old}
  watch: {type: slack, token: "{{ env_var('A') }}", channel: "#x", timeout_seconds: "{{ env_var('T') }}"}
  mail: {type: email, host: h, from: a@b.c, to: [a@b.c], port: 25, security: none}
  console: {type: stdout}
routes:
  - {severity: error, families: [performance], channels: [team]}
  - {monitors: leads, tags: [x], channels: console}
owners:
  growth: {slack: S0123ABC, teams: [ana@example.com]}
  ana: {slack: "{{ env_var('A') }}"}
actions:
  retrain: {description: Again}
  hook: {type: webhook, url: http://x, body: {a: "{monitor}"}, not_within: 3 days}
  dag: {type: airflow, url: http://x, dag: d, api: v1}
"""
    load(
        tmp_path,
        legal.replace("A') }}\"}\nactions", "U') }}\"}\nactions"),
        A="http://x",
        T="3",
        U="U042",
    )
    assert validator.is_valid(yaml.safe_load(legal))
    assert validator.is_valid(
        yaml.safe_load((PACKAGE / "mlmon_cli/starter/mlmon.yml").read_text()) or {}
    )
    for wrong in (
        "chanels: {}",
        "channels: {a: {type: slak}}",
        "channels: {a: {type: slack}}",
        "channels: {a: {type: slack, token: x}}",
        "channels: {a: {type: slack, url: http://x, urll: x}}",
        "channels: {a: {type: slack, url: [x]}}",
        "channels: {a: {type: webhook, url: http://x, retries: 21}}",
        "channels: {a: {type: webhook, url: http://x, retries: 1.5}}",
        "channels: {a: {type: webhook, url: http://x, timeout_seconds: soon}}",
        "channels: {a: {type: email, host: h, from: a@b.c, to: a@b.c, security: tsl}}",
        "owners: {a: {slack: '#channel'}}",
        "owners: {a: {teams: ana}}",
        "owners: {a: {}}",
        "owners: {a: {mail: a@b.c}}",
        "routes: {}",
        "routes: [{severity: error}]",
        "routes: [{severity: eror, channels: [stdout]}]",
        "routes: [{families: [drif], channels: [stdout]}]",
        "actions: {a: {descripton: x}}",
        "actions: {a: {type: webhook, url: http://x, dag: x}}",
        "actions: {a: {type: airflow, url: http://x, dag: d, api: v3}}",
        "actions: {a: {type: github, token: x, repository: name}}",
    ):
        assert mistakes(tmp_path, wrong), wrong
        assert not validator.is_valid(yaml.safe_load(wrong)), wrong
