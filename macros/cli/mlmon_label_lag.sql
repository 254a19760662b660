{#- How long labels take: the hours from a prediction to its label, of which 95 % are no longer, as a row {hours}; NULL where no label joins. `predictions` and
    `labels`: {relation, id, timestamp}. For `mlmon init`, before there is a monitor. -#}
{% macro mlmon_label_lag(predictions, labels) %}
    {%- set relations = [mlmon.log_relation(predictions.relation), mlmon.log_relation(labels.relation)] -%}
    {%- set columns = [mlmon.log_columns(relations[0]), mlmon.log_columns(relations[1])] -%}
    {%- set ids = [columns[0][predictions.id | lower], columns[1][labels.id | lower]] -%}
    {%- set at = [columns[0][predictions.timestamp | lower], columns[1][labels.timestamp | lower]] -%}
    {%- set predicted_at = mlmon.utc_timestamp('p.' ~ at[0].quoted, at[0].kind) -%}
    {%- set labeled_at = mlmon.utc_timestamp('l.' ~ at[1].quoted, at[1].kind) -%}
    {%- set query -%}
        with lags as (
            select {{ mlmon.seconds_between(predicted_at, labeled_at) }} / 3600 as hours
            from {{ relations[0] }} as p
            inner join {{ relations[1] }} as l
                on cast(l.{{ ids[1].quoted }} as {{ dbt.type_string() }}) = cast(p.{{ ids[0].quoted }} as {{ dbt.type_string() }})
            where {{ predicted_at }} is not null and {{ labeled_at }} is not null
        ),
        ranked as (
            select hours, row_number() over (order by hours) as place, count(*) over () as n from lags
        )
        select min(hours) as hours from ranked where place >= 0.95 * n
    {%- endset -%}
    {%- set hours = mlmon.query_rows(query)[0].hours -%}
    {%- do mlmon.print_row({'kind': 'lag', 'hours': hours | float if hours is not none else none}) -%}
{% endmacro %}
