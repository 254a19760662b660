{#- The columns that name a row of a table name one row each. NULL is a value like any other.

      data_tests:
        - mlmon.grain:
            arguments:
              columns: [monitor, window_start]

    Each of mlmon's tables has one. They read whole tables, so they are off unless the var `mlmon_test_grain` is true. -#}
{% test grain(model, columns) %}
{{ config(enabled=var('mlmon_test_grain', false), severity='error') }}
select {{ columns | join(', ') }}, count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
