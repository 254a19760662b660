{#- The bins that windows are compared with, as a query: compared_to and the columns of mlmon_reference. Those of the reference are as they were counted when it was taken. -#}
{% macro baseline_bins() -%}
    {%- for kind, baseline in mlmon.baseline_kinds().items() %}
    select '{{ kind }}' as compared_to, bins.*
    from {{ ref(baseline.bins) }} as bins
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
