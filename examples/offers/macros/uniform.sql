{# The draw number `draw` of a row with this seed, in (0, 1): Park and Miller's generator (multiplier 48271,
   modulus 2^31 - 1), jumped ahead so that each draw needs the row's seed alone. #}
{% macro uniform(draw, seed='seed') -%}
    {%- set prime = 2147483647 -%}
    {%- set state = namespace(multiplier=1) -%}
    {%- for _ in range(draw) -%}
        {%- set state.multiplier = state.multiplier * 48271 % prime -%}
    {%- endfor -%}
    (cast(mod({{ seed }} * {{ state.multiplier }}, {{ prime }}) as {{ type_double() }}) / {{ prime }})
{%- endmacro %}
