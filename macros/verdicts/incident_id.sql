{#- The name of an incident: its series and the window that opened it, as 32 hexadecimal digits. It stays the same while the incident lasts. -#}
{% macro incident_id(row) %}
    {%- set parts = [] -%}
    {%- for name in ['monitor', 'model_version', 'segment', 'segment_value', 'family', 'subject', 'metric'] -%}
        {%- do parts.append(row ~ '.' ~ name) -%}
        {%- do parts.append("'|'") -%}
    {%- endfor -%}
    {%- do parts.append('coalesce(' ~ mlmon.timestamp_text(row ~ '.opened_at') ~ ", '')") -%}
    {{ return(dbt.hash(dbt.concat(parts))) }}
{% endmacro %}
