{#- The lesser of two numbers, NULL where one of them is: `least` skips NULL on some engines and not on others, so that what is unknown becomes a bound. -#}
{% macro at_most(x, bound) %}
    {{ return('case when ' ~ x ~ ' > ' ~ bound ~ ' then ' ~ bound ~ ' when ' ~ x ~ ' <= ' ~ bound ~ ' then ' ~ x ~ ' end') }}
{% endmacro %}
