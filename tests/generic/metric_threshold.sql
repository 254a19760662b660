{#- A threshold on a model of your own, with the owner and the runbook that the failing rows carry.

      data_tests:
        - mlmon.metric_threshold:
            arguments:
              expression: refund_rate          # a column, or an expression over the model's columns
              warn: {above: 0.02}
              error: {above: 0.05}
              owner: payments
              runbook: https://wiki/refunds
            config:
              where: country <> 'test'         # optional: dbt's own

    Fails with severity warn or error as its rows say; NULL is unknown and breaches nothing. -#}
{% test metric_threshold(model, expression, warn=none, error=none, owner=none, runbook=none) %}
{{ config(severity='error', warn_if='>= 1', error_if='>= 2', fail_calc="coalesce(max(case when severity = 'error' then 2 else 1 end), 0)", store_failures=true) }}
{%- set sides = {} -%}
{%- for level, bound in {'error': error, 'warn': warn}.items() if bound is not none -%}
    {%- set conditions = [] -%}
    {%- if bound is not mapping or bound.keys() | reject('in', ['above', 'below']) | list or not bound -%}
        {{ exceptions.raise_compiler_error("mlmon.metric_threshold: '" ~ level ~ "' is " ~ mlmon.describe_value(bound) ~ "; expected {above: number}, {below: number} or both") }}
    {%- endif -%}
    {%- if bound.get('above') is not none -%}{%- do conditions.append('value > ' ~ bound.above) -%}{%- endif -%}
    {%- if bound.get('below') is not none -%}{%- do conditions.append('value < ' ~ bound.below) -%}{%- endif -%}
    {%- do sides.update({level: '(' ~ conditions | join(' or ') ~ ')'}) -%}
{%- endfor -%}
{%- if not sides -%}
    {{ exceptions.raise_compiler_error("mlmon.metric_threshold: name 'warn', 'error' or both, each {above: number}, {below: number} or both") }}
{%- endif %}
select *
from (
    select
        measured.*,
        case
            {%- for level, condition in sides.items() %}
            when {{ condition }} then '{{ level }}'
            {%- endfor %}
        end as severity,
        {{ mlmon.text_literal(owner) }} as owner,
        {{ mlmon.text_literal(runbook) }} as runbook
    from (
        select *, {{ mlmon.as_double(expression) }} as value
        from {{ model }}
    ) as measured
) as judged
where severity is not null
{% endtest %}
