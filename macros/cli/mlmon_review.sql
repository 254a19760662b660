{#- Predictions that wait for a decision, the latest windows first. -#}
{% macro mlmon_review(monitors=[], size=20) %}
    {%- set named = [] -%}
    {%- for name in monitors -%}{%- do named.append(mlmon.text_literal(name)) -%}{%- endfor -%}
    {%- set query -%}
        select queue.monitor, queue.prediction_id, queue.window_start, queue.segment, queue.segment_value, queue.reason, queue.place, queue.incident_id
        from {{ mlmon.built_table('mlmon_review_queue') }} as queue
        where not exists (
            select 1
            from {{ mlmon.built_table('mlmon_review_decisions') }} as decisions
            where decisions.monitor = queue.monitor and decisions.prediction_id = queue.prediction_id
        )
        {%- if named %} and queue.monitor in ({{ named | join(', ') }}){% endif %}
        order by queue.window_start desc, queue.place, queue.monitor, queue.prediction_id
        limit {{ size | int }}
    {%- endset -%}
    {%- do mlmon.print_rows('waiting', query) -%}
    {%- do mlmon.print_rows('review', "select monitor, sum(n_queued) as n_queued, sum(n_reviewed) as n_reviewed, sum(n_overridden) as n_overridden, sum(n_overridden) * 1.0 / nullif(sum(n_reviewed), 0) as override_rate, sum(hours_to_review * n_reviewed) / nullif(sum(n_reviewed), 0) as hours_to_review from "
        ~ mlmon.built_table('mlmon_reviews') ~ (" where monitor in (" ~ named | join(', ') ~ ")" if named else "") ~ " group by monitor order by monitor") -%}
{% endmacro %}


{#- Appends decisions to mlmon_review_decisions, for ids that are in the queue; prints the ids that are not, and then appends none. -#}
{% macro mlmon_decide(monitor, prediction_ids, decision, decided_by, note, decided_at) %}
    {%- set wanted = [] -%}
    {%- for id in prediction_ids -%}{%- do wanted.append(mlmon.text_literal(id)) -%}{%- endfor -%}
    {%- set known = run_query("select distinct prediction_id from " ~ mlmon.built_table('mlmon_review_queue') ~ " where monitor = " ~ mlmon.text_literal(monitor)
        ~ " and prediction_id in (" ~ wanted | join(', ') ~ ")").columns[0].values() -%}
    {%- set unknown = prediction_ids | reject('in', known) | list -%}
    {%- for id in unknown -%}{%- do mlmon.print_row({'kind': 'unknown', 'prediction_id': id}) -%}{%- endfor -%}
    {%- if not unknown -%}
        {%- set rows = [] -%}
        {%- for id in prediction_ids -%}
            {%- do rows.append({'monitor': monitor, 'prediction_id': id, 'decision': decision, 'decided_by': decided_by, 'note': note, 'decided_at': decided_at}) -%}
        {%- endfor -%}
        {%- do mlmon.append_rows('mlmon_review_decisions', rows) -%}
    {%- endif -%}
{% endmacro %}
