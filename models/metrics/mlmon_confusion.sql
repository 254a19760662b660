{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
-- How often each label met each prediction, of the predictions that have both
with outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
    {{ mlmon.only_declared_segments('outcomes') }}
),

folded as (
    {{ mlmon.folded_classes('outcomes', key) }}
),

counted as (
    select {% for name in key %}{{ name }}, {% endfor %}label, class as prediction, n_predictions as n
    from folded
    where bin = 'all' and class is not null and label is not null
    {%- for sum, pair in {'tp': ['1', '1'], 'fp': ['0', '1'], 'tn': ['0', '0'], 'fn': ['1', '0']}.items() %}
    union all
    select {% for name in key %}outcomes.{{ name }}, {% endfor %}'{{ pair[0] }}' as label, '{{ pair[1] }}' as prediction, outcomes.{{ sum }} as n
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'binary'
    {{ mlmon.only_declared_segments('outcomes') }}
    where outcomes.{{ sum }} > 0
    {%- endfor %}
),

measured as (
    select {% for name in key %}{{ name }}, {% endfor %}label, prediction, cast(sum(n) as {{ dbt.type_bigint() }}) as n
    from counted
    group by {% for name in key %}{{ name }}, {% endfor %}label, prediction
)

{{ mlmon.with_maturity('measured') }}
