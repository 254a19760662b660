{#- Lets go of the tables that `hold_tables` took. -#}
{% macro mlmon_end_run() %}
    {%- set relation = mlmon.model_relation('mlmon_runs') -%}
    {%- if relation is not none and env_var('MLMON_RUN_ID', '') -%}
        {%- do mlmon.check_session() -%}
        {%- do mlmon.record_run(relation, 'finished') -%}
    {%- endif -%}
{% endmacro %}
