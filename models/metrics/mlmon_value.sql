{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
{%- set part = ['monitor', 'model_version', 'segment', 'segment_value'] %}
{%- set moves = mlmon.has_moving_baselines() %}
{%- set week = "7.0 / (case monitors." ~ mlmon.reserved_name('window') ~ " when 'hour' then 1.0 / 24 when 'day' then 1.0 when 'week' then 7.0 else 30.4375 end * monitors.pooled_windows)" %}
-- depends_on: {{ ref('mlmon_moving_baselines') }}
-- What the outcomes of a window are worth, and what they are worth less than in the baseline, over the trailing windows by the week. Sums are of mlmon_outcomes,
-- which holds windows before the first that `mlmon prune` keeps.
with sums as (
    select
        {% for name in part %}outcomes.{{ name }}, {% endfor %}outcomes.window_start,
        {{ mlmon.window_number('max(monitors.' ~ mlmon.reserved_name('window') ~ ')', 'outcomes.window_start') }} as number,
        sum(outcomes.value_total) as total, sum({{ mlmon.n_valued('outcomes', 'monitors.task') }}) as n
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.has_value
    {{ mlmon.only_declared_segments('outcomes') }}
    group by {% for name in part %}outcomes.{{ name }}, {% endfor %}outcomes.window_start
),

baselines as (
    select monitor, segment, segment_value, compared_to, baseline, 'all' as model_version, {{ mlmon.timestamp_literal(none) }} as window_start
    from {{ ref('mlmon_baselines') }}
    where family = 'kpi' and subject = 'business_value' and phase = {{ mlmon.all_phases() }}
    {%- if moves %}
    union all
    select monitor, segment, segment_value, compared_to, baseline, model_version, window_start
    from {{ ref('mlmon_moving_baselines') }}
    where family = 'kpi' and subject = 'business_value'
    {%- endif %}
),

spans as (
    select
        {% for name in part %}judged.{{ name }}, {% endfor %}judged.window_start,
        sum(members.total) as total, sum(members.n) as n
    from sums as judged
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = judged.monitor
    inner join sums as members
        on {{ mlmon.same_row('members', 'judged', part) }} and members.number <= judged.number and members.number > judged.number - monitors.pooled_windows
    group by {% for name in part %}judged.{{ name }}, {% endfor %}judged.window_start
),

compared as (
    select kpis.*, {{ mlmon.compared_to() }} as compared_to
    from {{ ref('mlmon_kpis') }} as kpis
    {{ mlmon.join_baselines('kpis') }}
    where kpis.kpi = 'business_value'
)

select
    {% for name in key %}compared.{{ name }}, {% endfor %}compared.compared_to,
    cast(compared.denominator as {{ dbt.type_bigint() }}) as n_labelled, compared.numerator as business_value, compared.value as value_per_prediction,
    baselines.baseline as baseline_per_prediction,
    baselines.baseline * compared.denominator - compared.numerator as lost,
    cast(spans.n as {{ dbt.type_bigint() }}) as n,
    (baselines.baseline * spans.n - spans.total) * {{ week }} as value_at_stake,
    compared.is_mature
from compared
inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = compared.monitor
left join spans on {{ mlmon.same_row('spans', 'compared', part + ['window_start']) }}
left join baselines
    on {{ mlmon.same_row('baselines', 'compared', ['monitor', 'segment', 'segment_value', 'compared_to']) }} and (baselines.window_start is null or (baselines.window_start = compared.window_start and baselines.model_version = {{ mlmon.baseline_version('compared') }}))
