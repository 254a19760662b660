{#- The effect that a reference window usually shows against the rest of the reference: the median; where windows differ as those of a calendar column do, what
    nine of ten do not exceed, for days with fewer rows are farther from the rest than others. Nine of ten of what is small would hide slow leaks. Aggregate. -#}
{% macro usual_excess(excess) -%}
    {%- set high = mlmon.group_quantile(excess, 0.9) -%}
    case when {{ high }} >= 0.1 then {{ high }} else {{ mlmon.group_quantile(excess, 0.5) }} end
{%- endmacro %}
