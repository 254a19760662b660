{#- What judges each metric of each monitor, as a query with the columns of mlmon_rules: a threshold that the user wrote, else the default verdict. `verdict` is `threshold`,
    `off`, or the kind of the default one. `subject` is NULL where every subject is meant that has no rule of its own. `monitors`: a relation with monitor, task, alpha and
    min_rows; `specs`: the monitors' configuration, by default that of the project. -#}
{% macro judging_rules(catalog, monitors, specs=none) -%}
with thresholds as (
    {{ mlmon.sided_thresholds(catalog, specs) }}
),

defaults as (
    {{ mlmon.default_rules(catalog, monitors, specs) }}
)

select
    defaults.monitor, defaults.family, defaults.metric, defaults.subject, defaults.verdict, defaults.higher_is_better,
    defaults.alpha, defaults.warn_size, defaults.error_size, defaults.min_rows,
    {% for name in mlmon.threshold_bounds() %}{{ mlmon.double_literal(none) }} as {{ name }}{{ ", " if not loop.last }}{% endfor %}
from defaults
left join thresholds
    on thresholds.monitor = defaults.monitor and thresholds.family = defaults.family and thresholds.metric = defaults.metric
    and coalesce(thresholds.subject, defaults.subject, '') = coalesce(defaults.subject, '')
where thresholds.monitor is null
union all
select
    monitor, family, metric, subject, case when is_off then 'off' else 'threshold' end, null, null, null, null, null,
    {{ mlmon.threshold_bounds() | join(', ') }}
from thresholds
{%- endmacro %}


{% macro threshold_bounds() %}{{ return(['warn_above', 'warn_below', 'error_above', 'error_below']) }}{% endmacro %}


{#- Joins the one rule that judges a number, as `rules`: that of its subject, else that of every subject of its metric. A class is judged where a rule names it: one for
    every subject is of the model. `and …` may follow. -#}
{% macro join_rules(rules, measured) -%}
left join (select monitor, family, metric, subject from {{ rules }} where subject is not null) as own_rules
        on {{ mlmon.same_row('own_rules', measured, ['monitor', 'family', 'metric', 'subject']) }}
    inner join {{ rules }} as rules
        on {{ mlmon.same_row('rules', measured, ['monitor', 'family', 'metric']) }} and coalesce(rules.subject, '') = coalesce(own_rules.subject, '')
        and ({{ measured }}.family <> 'performance' or {{ measured }}.subject = 'model' or rules.subject is not null)
{%- endmacro %}


{#- Whether a number is judged against this baseline -> SQL condition. What says the same whichever baseline it is beside, a value against a bound, is judged beside the first
    that the configuration names, for people to be told once. All versions together have no version before; how many predictions a version makes, the rollout decides. -#}
{% macro is_judged_beside(rules, measured) -%}
    {%- set others = [] -%}
    {%- for spec in mlmon.monitors_with_baselines() -%}
        {%- set own = measured ~ '.monitor = ' ~ mlmon.text_literal(spec.name) -%}
        {%- if spec.baselines | length > 1 -%}{%- do others.append('(' ~ own ~ ' and ' ~ measured ~ '.compared_to <> ' ~ mlmon.text_literal(spec.baselines | first) ~ ')') -%}{%- endif -%}
        {%- if 'previous_version' in spec.baselines and not spec.by_version -%}{%- do others.append('(' ~ own ~ ' and ' ~ measured ~ ".model_version <> 'all')") -%}{%- endif -%}
    {%- endfor -%}
    {%- if not others and not mlmon.compares_versions() -%}{{ return('1 = 1') }}{%- endif -%}
    {%- set by_baseline = [] -%}
    {%- for family, declared in mlmon.declared_metrics().items() if declared.compared_to -%}{%- do by_baseline.append(family) -%}{%- endfor -%}
    {%- set of_column = mlmon.metrics_with('baseline', 'reference', 'drift') + mlmon.metrics_with('baseline', 'windows', 'drift') -%}
    {%- set is_alike -%}
        ({{ rules }}.verdict = 'threshold' or {{ rules }}.verdict in ({{ mlmon.kinds_with('against', 'bound') }}))
        and ({{ measured }}.family not in ({{ mlmon.text_literals(by_baseline) }}) or {{ measured }}.metric in ({{ mlmon.text_literals(of_column) }}))
    {%- endset -%}
    not (
        {{ is_alike }}
        and ({{ others | join(' or ') or '1 = 0' }})
    )
    {%- if mlmon.compares_versions() %}
    and (
        {{ measured }}.compared_to <> 'previous_version' or ({{ is_alike }})
        or ({{ measured }}.model_version <> 'all' and {{ measured }}.metric not in ({{ mlmon.text_literals(mlmon.metrics_with('baseline', 'mean')) }}))
    )
    {%- endif %}
{%- endmacro %}


{#- Whether a number of a version is judged at all -> SQL condition: of each where the monitor says so, and of those that are compared with another. -#}
{% macro is_judged_version(measured, monitors) -%}
    ({{ measured }}.model_version = 'all' or {{ monitors }}.judges_versions{% if mlmon.compares_versions() %} or {{ measured }}.compared_to = 'previous_version'{% endif %})
{%- endmacro %}
