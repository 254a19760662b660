{#- What `alerts.open_after` and `alerts.close_after` say of one family, metric or subject -> list of {family, metric, subject, open_n, open_m, close_after};
    what a rule leaves alone is none. A mapping's `default` is no rule of its own: resolve_monitor takes it. -#}
{% macro alert_rules(spec) %}
    {%- set opening = spec.open_after if spec.open_after is mapping else {} -%}
    {%- set closing = spec.close_windows if spec.close_windows is mapping else {} -%}
    {%- set families = mlmon.metrics_by_family() -%}
    {%- set rules = [] -%}
    {%- for name in (opening.keys() | list + closing.keys() | list) | unique if name != 'default' -%}
        {%- set place = {'family': name, 'metric': none, 'subject': none} if name in families and name not in spec.kpis | map(attribute='name') else mlmon.metric_place(name, families, spec.kpis) -%}
        {%- if place.subject is not none -%}{%- set place = {'family': none, 'metric': none, 'subject': name} -%}{%- endif -%}
        {%- set n_of_m = mlmon.n_of_m(opening[name]) if name in opening else [none, none] -%}
        {%- do rules.append({'family': place.family, 'metric': place.metric, 'subject': place.subject,
            'open_n': n_of_m[0], 'open_m': n_of_m[1], 'close_after': closing.get(name)}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}


{#- The rules of all monitors as a query: (monitor, family, metric, subject, open_n, open_m, close_after). -#}
{% macro configured_alert_rules(specs=none) -%}
    {%- set rows = [] -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) -%}
        {%- for rule in mlmon.alert_rules(spec) -%}{%- do rows.append(dict(rule, monitor=spec.name)) -%}{%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'family': 'text', 'metric': 'text', 'subject': 'text', 'open_n': 'bigint', 'open_m': 'bigint', 'close_after': 'bigint'}, rows) }}
{%- endmacro %}


{#- The setting for what no rule names: the value itself, or the mapping's `default`, or `built_in`. -#}
{% macro default_alert_rule(value, built_in) %}{{ return(value.get('default', built_in) if value is mapping else value) }}{% endmacro %}


{#- Keys of these mappings that name nothing that this monitor has. -#}
{% macro check_alert_subjects(spec, monitor, kpi_names, mistakes) %}
    {%- set columns = mlmon.column_subjects(spec) | map(attribute='subject') | list -%}
    {%- set places = ['default'] + mlmon.metrics_by_family().keys() | list -%}
    {%- set legal, shown = places + mlmon.threshold_names(kpi_names) + columns, places + mlmon.threshold_names(kpi_names, shortest=true) + columns -%}
    {%- for key in ['open_after', 'close_after'] -%}
        {%- set value = (spec.get('alerts') or {}).get(key) -%}
        {%- for name in (value if value is mapping else {}) if name not in legal -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'alerts.' ~ key ~ '.' ~ name, "is no family, no metric, and no column or KPI of this monitor" ~ mlmon.suggestion(name, shown)) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
