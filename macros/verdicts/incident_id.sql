{#- The name of an incident: its series and the window that opened it, as 32 hexadecimal digits. It stays the same while the incident lasts. A subject has one role:
    it need not be named, and incidents keep the names that they had before there were roles; so do those against the reference. -#}
{% macro incident_id(row) %}
    {%- set parts = [] -%}
    {%- for name in mlmon.series_key(without=['column_role', 'compared_to']) -%}
        {%- do parts.append(row ~ '.' ~ name) -%}
        {%- do parts.append("'|'") -%}
    {%- endfor -%}
    {%- do parts.append("case when " ~ row ~ ".compared_to = 'reference' then '' else " ~ dbt.concat([row ~ '.compared_to', "'|'"]) ~ ' end') -%}
    {%- do parts.append('coalesce(' ~ mlmon.timestamp_text(row ~ '.opened_at') ~ ", '')") -%}
    {{ return(dbt.hash(dbt.concat(parts))) }}
{% endmacro %}
