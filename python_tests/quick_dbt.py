"""What dbt does anew for each project, command, node and call, though it comes out the same: half of a first small build's CPU time."""

from __future__ import annotations

import atexit
import functools
import gc
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dbt.parser.manifest
import jinja2
import parsedatetime
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.providers import BaseDatabaseWrapper
from dbt.contracts.graph.nodes import Macro
from dbt.tracking import track_behavior_change_warn
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients.jinja import (
    MacroFuzzEnvironment,
    MacroFuzzTemplate,
    MacroReturn,
    get_dbt_macro_name,
)
from dbt_common.dataclass_schema import dbtClassMixin
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.exceptions import CaughtMacroErrorWithNodeError, CompilationError
from dbt_common.tests import enable_test_caching
from jinja2.environment import TemplateModule

Macros = Mapping[str, Mapping[str, Any]]
COMMANDS_TO_A_COLLECTION = 15


def collect_seldom() -> None:
    """Garbage is collected after some commands and at the end alone. What is there after the first command is not looked at each time."""
    invoke = dbtRunner.invoke
    n_commands = 0

    def invoke_and_collect(self: dbtRunner, *arguments: Any, **options: Any) -> dbtRunnerResult:
        nonlocal n_commands
        try:
            return invoke(self, *arguments, **options)
        finally:
            if n_commands % COMMANDS_TO_A_COLLECTION == 0:
                gc.collect()
            if n_commands == 0:
                gc.freeze()
            n_commands += 1

    gc.disable()
    atexit.register(gc.collect)
    atexit.register(gc.unfreeze)  # the last one is called first
    dbtRunner.invoke = invoke_and_collect  # type: ignore[method-assign]


def compile_once() -> None:
    """Templates are compiled once."""
    compile_anew, compiled = jinja2.Environment.compile, {}

    def compile_new(environment: jinja2.Environment, source: str, *arguments: Any, **options: Any) -> Any:
        key = type(environment), source, arguments, tuple(options.items())
        if key not in compiled:
            compiled[key] = compile_anew(environment, source, *arguments, **options)
        return compiled[key]

    jinja2.Environment.compile = compile_new  # type: ignore[method-assign]


def say_only_what_is_heard() -> None:
    """Events that no log takes are not made: a build has two thousand of them."""
    new, read, write, fire = BaseEvent.__init__, BaseEvent.__getattr__, BaseEvent.__setattr__, EventManager.fire_event
    quiet = (EventLevel.DEBUG, EventLevel.TEST)

    def put_off(event: BaseEvent, *arguments: Any, **options: Any) -> None:
        event.__dict__["put_off"] = arguments, options

    def make(event: BaseEvent) -> None:
        if "put_off" in event.__dict__:
            arguments, options = event.__dict__.pop("put_off")
            new(event, *arguments, **options)

    def read_made(event: BaseEvent, key: str) -> Any:
        make(event)
        return read(event, key)

    def write_made(event: BaseEvent, key: str, value: Any) -> None:
        make(event)
        write(event, key, value)

    def fire_heard(manager: EventManager, e: BaseEvent, level: EventLevel | None = None, *arguments: Any, **options: Any) -> None:
        heard = any(logger.level in quiet for logger in manager.loggers) or set(manager.callbacks) - {track_behavior_change_warn}
        if heard or (level or e.level_tag()) not in quiet:
            fire(manager, e, level, *arguments, **options)

    BaseEvent.__init__ = put_off  # type: ignore[method-assign]
    BaseEvent.__getattr__ = read_made  # type: ignore[method-assign]
    BaseEvent.__setattr__ = write_made  # type: ignore[method-assign,assignment]
    EventManager.fire_event = fire_heard  # type: ignore[method-assign]


class QuickNamespace(MacroNamespace):
    """Macros by name, with what hides another one of the same name worked out once."""

    def __init__(self, *layers: Any) -> None:
        super().__init__(*layers)
        self.flat = {name: member for layer in reversed(list(self._search_order())) for name, member in layer.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self.flat)

    def __getitem__(self, name: str) -> Any:
        return self.flat[name]


def name_macros_quickly() -> None:
    """The macros of a node, by package and name, without a look at each of them for where it belongs."""

    def build_namespace(builder: MacroNamespaceBuilder, macros_by_package: Macros, ctx: dict[str, Any]) -> MacroNamespace:
        # what they have in common is an attribute of their class
        shared = {"context": ctx, "node": builder.node, "stack": builder.thread_ctx, "__init__": name_macro}
        generator = type("Generator", (MacroGenerator,), shared)
        packages = {package: {macro.name: generator(macro) for macro in macros.values()} for package, macros in macros_by_package.items()}
        internal = builder.internal_package_names_order
        everywhere: dict[str, Any] = {}
        for package in reversed(internal):
            everywhere.update(packages.get(package, {}))
        external = {package: macros for package, macros in packages.items() if package not in internal}
        mine, root = (external.get(package, {}) for package in (builder.search_package, builder.root_package))
        return QuickNamespace(root if root is not mine else {}, mine, everywhere, external)

    def name_macro(generator: MacroGenerator, macro: Any) -> None:
        generator.macro = macro

    MacroNamespaceBuilder.build_namespace = build_namespace  # type: ignore[method-assign,assignment]


def call_macros_quickly() -> None:
    """A macro is looked up once a node, among names that are in one dictionary, and called without managers of contexts."""

    def new_context(template: MacroFuzzTemplate, names: dict[str, Any] | None = None, shared: bool = False, local: None = None) -> Any:
        names = {} if names is None else names
        for name, value in jinja2.defaults.DEFAULT_NAMESPACE.items():
            names.setdefault(name, value)
        return template.environment.context_class(template.environment, names, template.name, template.blocks)

    def get_macro_once(generator: MacroGenerator) -> Callable[..., Any]:
        if "found" not in generator.__dict__:
            template = generator.get_template()
            module = TemplateModule(template, new_context(template, generator.context or {}))
            generator.__dict__["found"] = module.__dict__[get_dbt_macro_name(generator.get_name())]
        found: Callable[..., Any] = generator.__dict__["found"]
        return found

    def call_macro(generator: MacroGenerator, *arguments: Any, **options: Any) -> Any:
        macro = generator.get_macro()
        try:
            return macro(*arguments, **options)
        except MacroReturn as returned:
            return returned.value
        except (TypeError, jinja2.exceptions.TemplateRuntimeError) as error:
            raise CaughtMacroErrorWithNodeError(exc=error, node=generator.macro) from error
        except CompilationError as error:
            error.stack.append(generator.macro)
            raise

    def call(generator: MacroGenerator, *arguments: Any, **options: Any) -> Any:
        stack, macro = generator.stack, generator.macro.unique_id
        if stack is None:
            return generator.call_macro(*arguments, **options)
        if generator.node and stack.depth == 0:
            generator.node.depends_on.add_macro(macro)
        stack.push(macro)
        try:
            return generator.call_macro(*arguments, **options)
        finally:
            stack.pop(macro)

    MacroFuzzTemplate.new_context = new_context  # type: ignore[method-assign,assignment]
    MacroGenerator.get_macro = get_macro_once  # type: ignore[method-assign]
    MacroGenerator.call_macro = call_macro  # type: ignore[method-assign]
    MacroGenerator.__call__ = call  # type: ignore[method-assign]


def dispatch_once() -> None:
    """Which macro serves an engine is looked up once a node."""
    dispatch_anew = BaseDatabaseWrapper.dispatch

    def dispatch(wrapper: BaseDatabaseWrapper, macro_name: str, macro_namespace: str | None = None, packages: Any = None) -> MacroGenerator:
        known = wrapper.__dict__.setdefault("known", {})
        key = macro_name, macro_namespace
        if packages is not None or key not in known:
            known[key] = dispatch_anew(wrapper, macro_name, macro_namespace, packages)
        found: MacroGenerator = known[key]
        return found

    BaseDatabaseWrapper.dispatch = dispatch  # type: ignore[method-assign]


def trust_templates() -> None:
    """What a template of dbt may touch is looked at by the runs that start dbt as users do."""
    MacroFuzzEnvironment.getattr = jinja2.Environment.getattr  # type: ignore[method-assign]
    MacroFuzzEnvironment.call = lambda self, names, called, /, *arguments, **options: names.call(called, *arguments, **options)  # type: ignore[method-assign,assignment]


def validate_once() -> None:
    """A declaration that was valid is, wherever it stands again."""
    validate_anew, valid = dbtClassMixin.validate.__func__, set()  # type: ignore[attr-defined]

    def validate(cls: type, data: Any) -> None:
        key = cls, repr(data)
        if key not in valid:
            validate_anew(cls, data)
            valid.add(key)

    dbtClassMixin.validate = classmethod(validate)  # type: ignore[assignment]


def know_the_source() -> None:
    """The module that declares a flag of dbt's is not looked for among all modules, by each command for each flag."""
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]


def describe_what_is_described() -> None:
    """Macros without a description have none to look up."""
    context = dbt.parser.manifest.generate_runtime_docs_context

    def context_of(config: Any, target: Any, manifest: Any, project: str) -> dict[str, Any]:
        has_nothing = isinstance(target, Macro) and not target.description and not target.arguments
        return {} if has_nothing else context(config, target, manifest, project)

    dbt.parser.manifest.generate_runtime_docs_context = context_of


def make_dbt_quick() -> None:
    """In this process. Macros are parsed once, too, and dbt.log is left out (a test that reads it asks for it)."""
    enable_test_caching()
    os.environ["DBT_LOG_LEVEL_FILE"] = "none"
    collect_seldom()
    compile_once()
    say_only_what_is_heard()
    name_macros_quickly()
    call_macros_quickly()
    dispatch_once()
    trust_templates()
    validate_once()
    know_the_source()
    describe_what_is_described()
    parsedatetime.Constants = functools.lru_cache(parsedatetime.Constants)  # what reads times, for the columns of each answer
    parsedatetime.Calendar = functools.lru_cache(parsedatetime.Calendar)
