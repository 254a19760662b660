{#- What was asked of this run alone: `mlmon_only`, `mlmon_rebaseline`, `mlmon_rebuild`, `mlmon_broken`. A var, or what the command line passes as JSON in the
    environment variable MLMON_OPTIONS. That is read while the run goes on and not while dbt parses, for whom other vars are another project. -#}
{% macro run_option(name, default=none) %}
    {%- set told = fromjson(env_var('MLMON_OPTIONS', '{}'), {}) if execute else {} -%}
    {{ return(told[name] if name in told else var(name, default)) }}
{% endmacro %}
