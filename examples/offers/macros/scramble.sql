{# x^5 mod 2^31 - 1: a permutation of 1 .. 2^31 - 2 that leaves no trace of the order of its input. Every
   product stays under 2^62, so that each engine's 64-bit integers give the same number. #}
{% macro scramble(x) -%}
    {%- set prime = 2147483647 -%}
    {%- set squared = 'mod(' ~ x ~ ' * ' ~ x ~ ', ' ~ prime ~ ')' -%}
    mod(mod({{ squared }} * {{ squared }}, {{ prime }}) * {{ x }}, {{ prime }})
{%- endmacro %}
