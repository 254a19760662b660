{#- A sum that is known only where every part is: NULL where a value is missing from a row that has `marker`. Aggregate. -#}
{% macro known_sum(value, marker) %}
    {{ return('case when count(' ~ value ~ ') = count(' ~ marker ~ ') then sum(' ~ value ~ ') end') }}
{% endmacro %}


{#- The largest number that sums are made of: squares of larger ones, or sums of those squares, would leave the range of doubles. -#}
{% macro largest_addable() %}{{ return('1e145') }}{% endmacro %}


{#- A double that sums can be made of, else NULL. -#}
{% macro addable(expression) %}
    {{ return('case when ' ~ expression ~ ' >= -' ~ mlmon.largest_addable() ~ ' and ' ~ expression ~ ' <= ' ~ mlmon.largest_addable() ~ ' then ' ~ expression ~ ' end') }}
{% endmacro %}
