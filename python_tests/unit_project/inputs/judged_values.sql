-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    {% for name in ['value', 'warn_below', 'warn_above', 'error_below', 'error_above'] -%}
    cast(null as double) as {{ name }}{{ "," if not loop.last }}
    {% endfor %}
where 1 = 0
