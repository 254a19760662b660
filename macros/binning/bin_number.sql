{#- The number of the bin (lower, upper] that a double lies in: a binary search written as nested CASEs, so that a row costs
    log2(bins) comparisons on every engine. `uppers`: the upper edges in order, without that of the open last bin. -#}
{% macro bin_number(expression, uppers, first=0, last=none) %}
    {%- set last = uppers | length if last is none else last -%}
    {%- if first == last -%}{{ return(first + 1) }}{%- endif -%}
    {%- set middle = (first + last) // 2 -%}
    {{ return('case when ' ~ expression ~ ' <= ' ~ uppers[middle] ~ ' then ' ~ mlmon.bin_number(expression, uppers, first, middle)
        ~ ' else ' ~ mlmon.bin_number(expression, uppers, middle + 1, last) ~ ' end') }}
{% endmacro %}
