{#- Whether a table that is filled window by window starts from nothing in this run: it is not there, or a full refresh of all monitors was
    asked for and the model takes part in one. Its meta `mlmon_keeps` says if not: dbt's `full_refresh` of a project would win over the model's own.
    Where some monitors are left out, because others were named or their data is broken, a full refresh replaces the rows of the rest and leaves
    theirs. -#}
{% macro is_rebuild() %}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set existing = load_relation(this) -%}
    {%- if existing is none or existing.type != 'table' -%}{{ return(true) }}{%- endif -%}
    {{ return(flags.FULL_REFRESH and not config.get('meta', {}).get('mlmon_keeps') and not mlmon.run_option('mlmon_only', [])
        and run_query('select 1 from ' ~ mlmon.model_relation('mlmon_monitors') ~ ' where data_problem is not null').rows | length == 0) }}
{% endmacro %}


{#- What stands between two statements of one model. Compiled, the model is one query; the materialization runs it piece by
    piece, one monitor at a time, so that no statement grows with the number of monitors. -#}
{% macro next_statement() %}
/* mlmon: next statement */ union all
{% endmacro %}
