{#- How reviews go, one number a row in the shape of mlmon_measured: by the window of the predictions, over all of its queue and over what was queued for each
    segment. Review comes after the verdicts that fill the queue, so `queue` and `decisions` are relations: mlmon_metrics gives the tables of this run,
    mlmon_measured those that the run before has left. -#}
{% macro review_values(queue, decisions) -%}
{%- set declared = mlmon.declared_metrics().operations.metrics | selectattr('table', 'equalto', 'mlmon_reviews') | list -%}
{%- set metrics = declared | map(attribute='metric') | list -%}
{%- set n = {} -%}
{%- for metric in declared -%}{%- do n.update({metric.metric: 'counted.' ~ metric.n}) -%}{%- endfor -%}
with reviewed as (
    {{ mlmon.reviewed_rows(queue, decisions) }}
),

parts as (
    select monitor, window_start, window_end, 'overall' as segment, 'all' as segment_value, decision, hours_to_review
    from reviewed
    union all
    select monitor, window_start, window_end, segment, segment_value, decision, hours_to_review
    from reviewed
    where segment <> 'overall'
),

counted as (
    select
        monitor, window_start, window_end, segment, segment_value, {{ mlmon.review_sums() }}
    from parts
    group by monitor, window_start, window_end, segment, segment_value
)

select
    counted.monitor, 'all' as model_version, counted.window_start, counted.window_end, calendar.is_reference, counted.segment, counted.segment_value,
    'operations' as family, 'review' as subject, '' as column_role, metrics.metric, {{ mlmon.compared_to() }} as compared_to,
    {{ mlmon.pick_metric(metrics, 'counted') }} as value,
    {{ mlmon.by_metric(n) }} as n,
    true as is_final,
    false as is_realised,
    {{ mlmon.double_literal(none) }} as standard_error
from counted
-- a queue of windows of another length is of another configuration
inner join {{ ref('mlmon_calendar') }} as calendar
    on calendar.monitor = counted.monitor and calendar.window_start = counted.window_start and calendar.window_end = counted.window_end
{{ mlmon.join_baselines('counted') }}
cross join {{ mlmon.metric_rows(metrics) }} as metrics
{%- endmacro %}


{#- The queue with the decision on each prediction: the latest one counts. -#}
{% macro reviewed_rows(queue, decisions) -%}
select
    queue.monitor, queue.window_start, queue.window_end, queue.segment, queue.segment_value,
    latest.decision,
    {{ mlmon.seconds_between('queue.queued_at', 'latest.decided_at') }} / 3600 as hours_to_review
from {{ queue }} as queue
left join (
    select
        monitor, prediction_id, decision, decided_at,
        row_number() over (partition by monitor, prediction_id order by decided_at desc, decision) as recency
    from {{ decisions }}
) as latest
    on latest.monitor = queue.monitor and latest.prediction_id = queue.prediction_id and latest.recency = 1
{%- endmacro %}


{#- What a group of such rows adds up to. -#}
{% macro review_sums() -%}
count(*) as n_queued,
count(decision) as n_reviewed,
count(case when decision = 'overridden' then 1 end) as n_overridden,
{{ mlmon.ratio("count(case when decision = 'overridden' then 1 end)", 'count(decision)') }} as override_rate,
avg(hours_to_review) as hours_to_review
{%- endmacro %}


{#- The tables of reviews as the run before has left them -> [queue, decisions], empty where there are none yet. -#}
{% macro review_tables() %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for name in ['mlmon_review_queue', 'mlmon_review_decisions'] -%}
            {%- set relation = mlmon.model_relation(name) -%}
            {%- if relation is not none -%}{%- do found.append(relation) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found if found | length == 2 else []) }}
{% endmacro %}


{#- Windows whose checks do not say what the reviews say now: somebody has decided since. Only where a threshold judges reviews. Empty where none does. -#}
{% macro windows_reviewed_anew() -%}
    {%- set judged = [] -%}
    {%- for spec in mlmon.monitors() -%}
        {%- for name, rule in spec.thresholds.items() if rule is mapping and name.split('.') | last in mlmon.metrics_with('table', 'mlmon_reviews') -%}
            {%- do judged.append('(measured.monitor = ' ~ mlmon.text_literal(spec.name) ~ " and measured.metric = '" ~ name.split('.') | last ~ "')") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set tables = mlmon.review_tables() -%}
    {%- set checks = mlmon.model_relation('mlmon_checks') if execute else none -%}
    {%- if judged and tables and checks is not none -%}
select measured.monitor, measured.window_start, measured.window_end
from (
    {{ mlmon.review_values(tables[0], tables[1]) }}
) as measured
left join {{ checks }} as checks
    on {{ mlmon.same_row('checks', 'measured', mlmon.series_key() + ['window_start']) }}
where not measured.is_reference
    and ({{ judged | join(' or ') }})
    -- the last digit of a mean depends on the order of its terms
    and (coalesce(abs(measured.value - checks.value) > 1e-9, false) or (measured.value is null) <> (checks.value is null))
    {%- endif -%}
{%- endmacro %}
