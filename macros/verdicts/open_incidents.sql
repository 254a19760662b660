{#- The open incidents of a family: what an alert test returns, and stores. -#}
{% macro open_incidents(family) %}
select *
from {{ ref('mlmon_incidents') }}
where status = 'open' and family = '{{ family }}'
order by severity, first_breach_at, segment, segment_value, subject
{% endmacro %}
