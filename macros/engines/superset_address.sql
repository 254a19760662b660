{#- How Apache Superset reaches the warehouse, as a URI without a password, which it asks for; none where the profile does not say it. `{file}` stands for the whole
    path of an embedded database. -#}
{% macro superset_address() %}{{ return(adapter.dispatch('superset_address', 'mlmon')()) }}{% endmacro %}

{% macro default__superset_address() %}{{ return(none) }}{% endmacro %}

{% macro duckdb__superset_address() %}{{ return('duckdb:///{file}?access_mode=read_only' if target.get('path') else none) }}{% endmacro %}

{% macro postgres__superset_address() %}{{ return(mlmon.server_address('postgresql+psycopg2')) }}{% endmacro %}

{% macro redshift__superset_address() %}{{ return(mlmon.server_address('redshift+psycopg2')) }}{% endmacro %}


{% macro server_address(driver) %}
    {{ return(driver ~ '://' ~ (target.user | string | urlencode | replace('/', '%2F')) ~ ':XXXXXXXXXX@' ~ target.host ~ ':' ~ target.port ~ '/' ~ (target.database | string | urlencode | replace('/', '%2F'))) }}
{% endmacro %}
