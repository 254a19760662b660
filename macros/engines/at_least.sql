{#- The greater of two numbers, NULL where one of them is: `greatest` skips NULL on some engines and not on others, so that what is unknown becomes a bound. -#}
{% macro at_least(x, bound) %}
    {{ return('case when ' ~ x ~ ' < ' ~ bound ~ ' then ' ~ bound ~ ' when ' ~ x ~ ' >= ' ~ bound ~ ' then ' ~ x ~ ' end') }}
{% endmacro %}
