{#- The last window of each monitor, as a query: (monitor, last_window). `calendar`: a relation with the columns of mlmon_calendar. -#}
{% macro last_windows(calendar) -%}
select monitor, max(window_start) as last_window
from {{ calendar }}
group by monitor
{%- endmacro %}
