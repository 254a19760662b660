{#- How far one window of the reference lies from the rest of it: PSI of the two, less what chance alone gives. `b` of `n` rows of the window and `a` of `m` rows of
    the whole reference, the window's own among them, are in a group; a group that doesn't count has NULL. Aggregate over groups. NULL where there is no rest. -#}
{% macro excess_over_rest(b, a, n, m) -%}
    {%- set rest = '(' ~ m ~ ' - ' ~ n ~ ')' -%}
    {%- set pb = '(' ~ b ~ ' / nullif(' ~ n ~ ', 0))' -%}
    {%- set pa = '((' ~ mlmon.at_least('(' ~ a ~ ' - ' ~ b ~ ')', 0) ~ ') / nullif(' ~ rest ~ ', 0))' -%}
    case
        when min({{ n }}) > 0 and min({{ rest }}) > 0
            then {{ mlmon.psi(pb, pa) }} - (count({{ b }}) - 1) * ({{ mlmon.ratio('1', 'min(' ~ n ~ ')') }} + {{ mlmon.ratio('1', 'min(' ~ rest ~ ')') }})
    end
{%- endmacro %}
