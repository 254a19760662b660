{#- The number of the bin (lower, upper] that a double lies in: a search tree written as nested CASEs of five branches each, so that a row costs
    a few comparisons on every engine. `uppers`: the upper edges in order, without that of the open last bin. The tree is put together from its leaves,
    for a macro that calls itself is slow to compile. A node is [its SQL, the number of its last bin]. -#}
{% macro bin_number(expression, uppers) %}
    {%- set tree = namespace(nodes=[]) -%}
    {%- for number in range(1, uppers | length + 2) -%}{%- do tree.nodes.append([number | string, number]) -%}{%- endfor -%}
    {%- for level in range(12) if tree.nodes | length > 1 -%}
        {%- set parents = [] -%}
        {%- for children in tree.nodes | batch(5) -%}
            {%- set branches = [] -%}
            {%- for node in children[:-1] -%}{%- do branches.append('when ' ~ expression ~ ' <= ' ~ uppers[node[1] - 1] ~ ' then ' ~ node[0]) -%}{%- endfor -%}
            {%- set last = children[-1] -%}
            {%- do parents.append(['case ' ~ branches | join(' ') ~ ' else ' ~ last[0] ~ ' end', last[1]] if branches else last) -%}
        {%- endfor -%}
        {%- set tree.nodes = parents -%}
    {%- endfor -%}
    {{ return(tree.nodes[0][0]) }}
{% endmacro %}


{#- The number in the name of a numeric bin. An engine may cast before it filters, so that other names are kept from the cast. -#}
{% macro bin_position(bin) %}
    {{ return("case when " ~ bin ~ " not in ('null', 'invalid', 'other', 'unseen') then cast(" ~ bin ~ " as " ~ dbt.type_int() ~ ") end") }}
{% endmacro %}
