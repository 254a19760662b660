{# A query with the column `number`: 0, 1, ... 10^digits - 1. A cross join of digits runs on every engine. #}
{% macro whole_numbers(digits) %}
    select
        {% for place in range(digits) -%}
            {{ '+ ' if not loop.first }}digit_{{ place }}.digit * {{ 10 ** place }}
        {% endfor %} as number
    from
        {% for place in range(digits) -%}
            {{ 'cross join ' if not loop.first }}(
                {% for digit in range(10) -%}
                    {{ 'union all ' if not loop.first }}select cast({{ digit }} as {{ dbt.type_bigint() }}) as digit
                {% endfor %}
            ) as digit_{{ place }}
        {% endfor %}
{% endmacro %}
