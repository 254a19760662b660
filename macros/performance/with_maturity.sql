{#- Rows of windows and `is_mature`, whether the labels of their window are complete, as a query. -#}
{% macro with_maturity(rows) -%}
select {{ rows }}.*, calendar.is_mature
from {{ rows }}
left join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = {{ rows }}.monitor and calendar.window_start = {{ rows }}.window_start
{%- endmacro %}
