{#- What the macro `name` returns without arguments. It is asked once an invocation, and what it returned is read by all, and changed by none. -#}
{% macro once(name) %}
    {%- set known = mlmon.kept_for_invocation('once') -%}
    {%- if name not in known -%}{%- do known.update({name: mlmon[name]()}) -%}{%- endif -%}
    {{ return(known[name]) }}
{% endmacro %}


{#- A mapping that lives as long as the invocation, in dbt's `graph`. What parsing puts there, dbt's partial parsing keeps for later invocations: they begin with an empty one. -#}
{% macro kept_for_invocation(name) %}
    {%- if graph.get('mlmon_invocation') != invocation_id -%}{%- do graph.update({'mlmon_invocation': invocation_id, 'mlmon_kept': {}}) -%}{%- endif -%}
    {{ return(graph['mlmon_kept'].setdefault(name, {})) }}
{% endmacro %}
