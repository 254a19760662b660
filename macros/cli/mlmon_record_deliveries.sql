{#- Appends deliveries to mlmon_deliveries. `rows`: mappings with its columns. Those that are there already are left out: a run that died after it had
    recorded them, and before it had noted so, leaves them to be recorded again. -#}
{% macro mlmon_record_deliveries(rows) %}
    {%- set relation = mlmon.model_relation('mlmon_deliveries') -%}
    {%- set keys, known, fresh = [], [], [] -%}
    {%- for row in rows -%}{%- do keys.append(mlmon.text_literal(row.delivery_key)) -%}{%- endfor -%}
    {%- if relation is not none and keys -%}
        {%- set query = 'select delivery_key, ' ~ mlmon.timestamp_text('delivered_at') ~ ' as delivered_at from ' ~ relation
            ~ ' where delivery_key in (' ~ keys | unique | join(', ') ~ ')' -%}
        {%- for delivery_key, delivered_at in run_query(query).rows -%}{%- do known.append(delivery_key ~ '|' ~ delivered_at[:19]) -%}{%- endfor -%}
    {%- endif -%}
    {%- for row in rows if row.delivery_key ~ '|' ~ row.delivered_at.replace('T', ' ')[:19] not in known -%}{%- do fresh.append(row) -%}{%- endfor -%}
    {%- do mlmon.append_rows('mlmon_deliveries', fresh) -%}
{% endmacro %}
