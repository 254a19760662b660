{#- Rows of values as a query. `columns`: {name: type}, a type of table_columns or `int`; `rows`: mappings of these names; what a row has not, or is none, is NULL.
    One list of values where the engine knows it: a union of thousands of one-row selects is slow to plan, and on Spark each of them is a task. -#}
{% macro literal_rows(columns, rows) %}
    {%- if not rows -%}
{%- set types = mlmon.once('sql_types') -%}
select
    {%- for name, type in columns.items() %}
    cast(null as {{ types[type] }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
{{ mlmon.no_rows() }}
    {%- else -%}
    {{ adapter.dispatch('literal_rows', 'mlmon')(columns, rows) }}
    {%- endif -%}
{% endmacro %}

{% macro default__literal_rows(columns, rows) -%}
    {%- set types = mlmon.once('sql_types') -%}
    select {% for name, type in columns.items() %}cast({{ name }} as {{ types[type] }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
    from (values
        {%- for row in rows %}
        ({% for name, type in columns.items() %}{{ mlmon.typed_literal(row.get(name), type) }}{{ ", " if not loop.last }}{% endfor %}){{ "," if not loop.last }}
        {%- endfor %}
    ) as literals ({{ columns.keys() | join(', ') }})
{%- endmacro %}

{% macro bigquery__literal_rows(columns, rows) -%}
    {%- set types = mlmon.once('sql_types') -%}
    {%- for row in rows %}
    select {% for name, type in columns.items() %}cast({{ mlmon.typed_literal(row.get(name), type) }} as {{ types[type] }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro redshift__literal_rows(columns, rows) %}{{ return(mlmon.bigquery__literal_rows(columns, rows)) }}{% endmacro %}


{#- Values as a query of one column. -#}
{% macro literal_column(name, type, values) -%}
    {%- set rows = [] -%}
    {%- for value in values -%}{%- do rows.append({name: value}) -%}{%- endfor -%}
    {{ mlmon.literal_rows({name: type}, rows) }}
{%- endmacro %}


{#- A value as a literal that a cast to the type takes; all of a column are of one kind. A double is written as a text: as
    numbers, those of a list would become decimals with places for all of them, and lose digits. -#}
{% macro typed_literal(value, type) %}
    {%- if value is none -%}{{ return('null') }}{%- endif -%}
    {{ return(value | string | lower if type in ['boolean', 'int', 'bigint'] and value is not string else mlmon.text_literal(value)) }}
{% endmacro %}
