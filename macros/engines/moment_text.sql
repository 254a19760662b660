{#- A date or time that a query gave, as an ISO text in UTC. -#}
{% macro moment_text(value) %}{{ return(adapter.dispatch('moment_text', 'mlmon')(value)) }}{% endmacro %}

{% macro default__moment_text(value) %}{{ return(value.isoformat()) }}{% endmacro %}

{#- A Spark in this process gives times in the zone of the machine. -#}
{% macro spark__moment_text(value) %}
    {{ return(value.astimezone(modules.pytz.utc).replace(tzinfo=none).isoformat() if value.astimezone is defined else value.isoformat()) }}
{% endmacro %}

{% macro databricks__moment_text(value) %}{{ return(value.isoformat()) }}{% endmacro %}
