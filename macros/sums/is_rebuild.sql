{#- Whether a table that is filled window by window starts from nothing in this run: it is not there, or a full refresh was asked
    for (and the model takes part in one). -#}
{% macro is_rebuild() %}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set existing = load_relation(this) -%}
    {{ return(existing is none or existing.type != 'table' or should_full_refresh()) }}
{% endmacro %}


{#- What stands between two statements of one model. Compiled, the model is one query; the materialization runs it piece by
    piece, one monitor at a time, so that no statement grows with the number of monitors. -#}
{% macro next_statement() %}
/* mlmon: next statement */ union all
{% endmacro %}
