{#- Stops where times would be written and cut into windows in another zone than UTC: before a run, and before anything is recorded. -#}
{% macro check_session() %}{{ return(adapter.dispatch('check_session', 'mlmon')()) }}{% endmacro %}

{#- A timestamp is the same in every session. -#}
{% macro default__check_session() %}{% endmacro %}

{% macro databricks__check_session() %}{% endmacro %}

{% macro spark__check_session() %}
    {%- set zone = run_query('select current_timezone()').rows[0][0] -%}
    {%- if zone not in ['UTC', 'Etc/UTC', 'GMT', 'Z', '+00:00'] -%}
        {{ exceptions.raise_compiler_error("mlmon: the time zone of the Spark session is '" ~ zone ~ "', and windows are in UTC.\n"
            ~ "  Fix: in profiles.yml, under server_side_parameters, add spark.sql.session.timeZone: UTC") }}
    {%- endif -%}
{% endmacro %}
