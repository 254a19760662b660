{#- The id of the bins in force of each monitor, as a query: (monitor, reference_id). -#}
{% macro references_in_force() -%}
select monitor, max(reference_id) as reference_id
from {{ ref('mlmon_bins') }}
group by monitor
{%- endmacro %}
